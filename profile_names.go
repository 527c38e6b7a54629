package ftpwire

import (
	"time"

	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/parse/listing"
	"github.com/ftpwire/ftpwire/protocol/errtext"
)

// zoneAuto is the TimeZone that the Client finds out.
const zoneAuto = "auto"

// setCodePage has commands written in the code page of p. One that is not a fallback is the server's, whatever FEAT says.
func (p *Profile) setCodePage(o *control.LoginOptions) error {
	if p.CodePage == "" {
		return nil
	}
	page, err := listing.LookupCodePage(p.CodePage)
	if err != nil {
		return &ProfileError{Field: "CodePage", Reason: errtext.Of(err)}
	}
	o.CodePage, o.Encoding = page, control.EncodingAuto
	if page.Fallback() == nil && page.Name() != "UTF-8" {
		o.Encoding = control.EncodingCodePage
	}
	return nil
}

// lines returns how listings are read.
func (p *Profile) lines() (o control.ListOptions, err error) {
	o = p.List
	if p.CodePage != "" {
		if o.Lines.CodePage, err = listing.LookupCodePage(p.CodePage); err != nil {
			return o, &ProfileError{Field: "CodePage", Reason: errtext.Of(err)}
		}
	}
	if p.DateFormat != "" {
		if o.Lines.Dates, err = listing.ParseDateFormat(p.DateFormat); err != nil {
			return o, &ProfileError{Field: "DateFormat", Reason: errtext.Of(err)}
		}
	}
	if p.TimeZone != "" && p.TimeZone != zoneAuto {
		if o.Lines.Location, err = zone(p.TimeZone); err != nil {
			return o, &ProfileError{Field: "TimeZone", Reason: errtext.Of(err)}
		}
	}
	return o, nil
}

// zone returns the zone that a TimeZone names.
func zone(name string) (*time.Location, error) {
	if t, err := time.Parse("-07:00", name); err == nil {
		_, offset := t.Zone()
		return time.FixedZone(name, offset), nil
	}
	return time.LoadLocation(name)
}
