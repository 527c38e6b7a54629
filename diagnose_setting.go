package ftpwire

import (
	"cmp"
	"crypto/tls"
	"encoding"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/datachan"
	"github.com/ftpwire/ftpwire/protocol/errtext"
	"github.com/ftpwire/ftpwire/tlsx"
)

// Apply makes the change in p. It returns an error if only the user can tell the value, or
// if the field is not one of a Profile.
func (c Change) Apply(p *Profile) error {
	if c.Value == "" {
		return fmt.Errorf("ftp: only the user can tell the value of %s", c.Field)
	}
	if c.Field == fieldQuirks {
		p.Quirks.Force = append(slices.Clone(p.Quirks.Force), control.QuirkName(c.Value))
		return nil
	}
	v := fieldOf(p, c.Field)
	if !v.IsValid() {
		return fmt.Errorf("ftp: a Profile has no %s", c.Field)
	}
	if err := setText(v, c.Value); err != nil {
		return errtext.Errorf("ftp: %s: %w", c, err)
	}
	return nil
}

// Holds reports whether p is set so already. It is false for a change without a value.
func (c Change) Holds(p *Profile) bool {
	if c.Value == "" {
		return false
	}
	if holds, special := held[c.Field]; special {
		return holds(p, c.Value)
	}
	v := fieldOf(new(*p), c.Field)
	return v.IsValid() && (c.Value == noValue && v.IsZero() || fmt.Sprint(v.Interface()) == c.Value)
}

// works reports whether the field has an effect in sessions of p.
func (c Change) works(p *Profile) bool {
	security := p.Protocol().Security()
	switch c.Field {
	case fieldTLSMin, fieldTLSMax, fieldCipherSuites, fieldResumption, fieldSessionIDs, fieldIdentity,
		fieldClearCommandChannel, fieldDataProtection, fieldSync, fieldInsecure, fieldSkipChain:
		return security != control.SecurityNone
	case fieldNAT:
		return !active(p.dataMode())
	case fieldDirectData:
		return p.Proxy != nil
	}
	return true
}

func (p *Profile) dataMode() datachan.Mode { return cmp.Or(p.DataMode, p.Data.Mode) }

// active reports whether the server opens data connections in the mode.
func active(m datachan.Mode) bool {
	return m == datachan.ModeActive || m == datachan.ModeEPRT || m == datachan.ModePORT
}

// noValue is the value of a change that takes away what a field is set to.
const noValue = "none"

// held has the fields that are set in more than one place, or whose values include others.
var held = map[Field]func(p *Profile, value string) bool{
	fieldVariant:        func(p *Profile, v string) bool { return p.Protocol().String() == v },
	fieldTLSMin:         func(p *Profile, v string) bool { return p.tls().MinVersion <= versionOf(v) },
	fieldDataProtection: func(p *Profile, v string) bool { return cmp.Or(p.DataProtection, control.ProtectPrivate).String() == v },
	fieldNAT:            func(p *Profile, v string) bool { return cmp.Or(p.NAT, p.Data.NAT).String() == v },
	fieldSync:           func(p *Profile, v string) bool { return cmp.Or(p.SyncDataChannel, p.Data.Sync).String() == v },
	fieldQuirks:         func(p *Profile, v string) bool { return slices.Contains(p.Quirks.Force, control.QuirkName(v)) },
	fieldTLSMax: func(p *Profile, v string) bool {
		have, want := cmp.Or(p.tls().MaxVersion, tls.VersionTLS13), versionOf(v)
		return have == want || have < want && want < tls.VersionTLS13
	},
	fieldDataMode: func(p *Profile, v string) bool {
		have := p.dataMode()
		return have.String() == v || v == "passive" && !active(have) || v == "active" && active(have)
	},
	fieldCipherSuites: func(p *Profile, v string) bool {
		want, err := tlsx.ParseCipherSuites(v)
		return err == nil && slices.ContainsFunc(want, func(id uint16) bool { return slices.Contains(p.CipherSuites, id) })
	},
	fieldKeepAlive: func(p *Profile, v string) bool {
		want, err := time.ParseDuration(v)
		return err == nil && p.KeepAlive > 0 && p.KeepAlive <= want
	},
}

func versionOf(s string) uint16 {
	v, _ := tlsx.ParseVersion(s)
	return v
}

// fieldOf returns the field of p, or an invalid value. It puts copies in place of the
// pointers on the way, so that nobody else's settings change.
func fieldOf(p *Profile, f Field) reflect.Value {
	v := reflect.ValueOf(p).Elem()
	for name := range strings.SplitSeq(string(f), ".") {
		if v.Kind() == reflect.Pointer {
			next := reflect.New(v.Type().Elem())
			if !v.IsNil() {
				next.Elem().Set(v.Elem())
			}
			v.Set(next)
			v = next.Elem()
		}
		if v.Kind() != reflect.Struct {
			return reflect.Value{}
		}
		if v = v.FieldByName(name); !v.IsValid() || !v.CanSet() {
			return reflect.Value{}
		}
	}
	return v
}

// setText sets a field to what a text says.
func setText(v reflect.Value, text string) error {
	if t, ok := v.Addr().Interface().(encoding.TextUnmarshaler); ok {
		return t.UnmarshalText([]byte(text))
	}
	switch {
	case text == noValue:
		v.SetZero()
		return nil
	case v.Kind() == reflect.Bool:
		b, err := strconv.ParseBool(text)
		v.SetBool(b)
		return err
	case v.Type() == reflect.TypeFor[time.Duration]():
		d, err := time.ParseDuration(text)
		v.SetInt(int64(d))
		return err
	case v.Kind() == reflect.String:
		v.SetString(text)
		return nil
	}
	return fmt.Errorf("it can't be set to %q", text)
}
