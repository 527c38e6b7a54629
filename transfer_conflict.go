package ftpwire

import (
	"errors"
	"fmt"
)

// An OptionsError reports [TransferOptions] that exclude each other, or make no sense for the
// transfer. Nothing was done.
type OptionsError struct {
	Reason string // which options, and why
}

func (e *OptionsError) Error() string { return "ftp: " + e.Reason }

// conflict returns an error if the options exclude each other. up says that it is an upload.
func (o *TransferOptions) conflict(up bool) error {
	type option struct {
		name string
		set  bool
	}
	exclude := func(one option, others ...option) error {
		for _, other := range others {
			if one.set && other.set {
				return &OptionsError{Reason: fmt.Sprintf("%s and %s exclude each other", one.name, other.name)}
			}
		}
		return nil
	}
	resume, temp := option{"Resume", o.Resume}, option{"TempUpload", o.TempUpload}
	kept, newer := option{"NoClobber", o.NoClobber}, option{"Newer", o.Newer}
	add, unique := option{"Append", o.Append}, option{"Unique", o.Unique}
	if !up {
		for _, only := range []option{add, unique, {"Allocate", o.Allocate}} {
			if only.set {
				return &OptionsError{Reason: only.name + " is for uploads"}
			}
		}
		switch {
		case o.From < 0 || o.To < 0 || o.To != 0 && o.To <= o.From:
			return &OptionsError{Reason: fmt.Sprintf("the range from %d to %d holds nothing", o.From, o.To)}
		case o.ranged() && o.Resume:
			return &OptionsError{Reason: "From and To exclude Resume"}
		}
		return nil
	}
	if o.ranged() {
		return &OptionsError{Reason: "From and To are for downloads"}
	}
	part := option{"Resume without TempUpload", o.Resume && !o.TempUpload}
	return errors.Join(
		exclude(add, resume, temp, kept, newer, unique),
		exclude(unique, resume, temp, kept, newer),
		exclude(part, kept, newer),
	)
}
