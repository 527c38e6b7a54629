package ftpwire

import (
	"encoding"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/datachan/proxy"
)

// Values returns the settings of p that differ from the zero Profile, as the values that JSON and TOML have: strings, booleans, int64,
// []any and map[string]any. The keys are the names of the fields in small letters with underscores between the words, such as
// "tls_min"; fields of the Config have theirs beside those of the Profile, and what is within Data, Login and Verify stands in a
// map of that name. docs/connection.md lists them. Durations are strings such as "30s"; so are settings with names, such as "passive".
//
// Password, Account, the passwords of proxies, and commands that hold a secret are left out unless secrets is set. What is no
// text can't be in it: certificates, pools of them, functions, and of an HTTP or SOCKS proxy what its URL does not say.
func (p *Profile) Values(secrets bool) map[string]any {
	e := settingsEncoder{secrets}
	m := map[string]any{}
	e.fields(reflect.ValueOf(p).Elem(), m)
	return m
}

// MarshalJSON returns [Profile.Values], without secrets, as a JSON object.
func (p Profile) MarshalJSON() ([]byte, error) { return json.Marshal(p.Values(false)) }

// A settingsEncoder turns settings into values.
type settingsEncoder struct{ secrets bool }

// secretFields are those that are left out.
var secretFields = []string{"Password", "Account"}

func (e settingsEncoder) fields(v reflect.Value, m map[string]any) {
	for f, field := range settingsOf(v) {
		if field.IsZero() || !e.secrets && slices.Contains(secretFields, f.Name) {
			continue
		}
		if x, ok := e.value(field); ok {
			m[keyOf(f.Name)] = x
		}
	}
}

// value returns what stands for v, if anything can.
func (e settingsEncoder) value(v reflect.Value) (x any, ok bool) {
	switch t := v.Interface().(type) {
	case time.Duration:
		return t.String(), true
	case *proxy.Proxy:
		return t.URL(e.secrets), true
	case control.AfterLogin:
		if !e.secrets && t.Secret() {
			return nil, false
		}
	}
	if t, is := v.Interface().(encoding.TextMarshaler); is {
		text, err := t.MarshalText()
		return string(text), err == nil
	}
	switch v.Kind() {
	case reflect.String:
		return v.String(), true
	case reflect.Bool:
		return v.Bool(), true
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return v.Int(), true
	case reflect.Uint8, reflect.Uint16, reflect.Uint32:
		return int64(v.Uint()), true
	case reflect.Slice:
		list := []any{}
		for i := range v.Len() {
			if x, ok := e.value(v.Index(i)); ok {
				list = append(list, x)
			}
		}
		return list, len(list) > 0
	case reflect.Pointer:
		return e.value(v.Elem())
	case reflect.Struct:
		m := map[string]any{}
		e.fields(v, m)
		return m, true
	}
	return nil, false
}

// settingsOf yields the fields of a struct that are settings, those of an embedded struct beside its own. One that has the name of
// an embedded one hides it.
func settingsOf(v reflect.Value) func(yield func(reflect.StructField, reflect.Value) bool) {
	return func(yield func(reflect.StructField, reflect.Value) bool) {
		t := v.Type()
		for i := range t.NumField() {
			f := t.Field(i)
			if f.Anonymous {
				for g, field := range settingsOf(v.Field(i)) {
					if own, _ := t.FieldByName(g.Name); len(own.Index) > 1 && !yield(g, field) {
						return
					}
				}
				continue
			}
			if isSetting(f) && !yield(f, v.Field(i)) {
				return
			}
		}
	}
}

// isSetting reports whether a field can be given as text.
func isSetting(f reflect.StructField) bool {
	return f.IsExported() && f.Tag.Get("json") != "-" && isValue(f.Type)
}

var textType = reflect.TypeFor[encoding.TextMarshaler]()

func isValue(t reflect.Type) bool {
	if t == reflect.TypeFor[time.Time]() { // the present, in tests
		return false
	}
	if t.Implements(textType) {
		return true
	}
	switch t.Kind() {
	case reflect.Func, reflect.Chan, reflect.Interface, reflect.Map:
		return false
	case reflect.Slice, reflect.Pointer:
		return isValue(t.Elem())
	case reflect.Struct:
		if !strings.HasPrefix(t.PkgPath(), modulePath) {
			return false
		}
		for i := range t.NumField() {
			if isSetting(t.Field(i)) {
				return true
			}
		}
		return false
	}
	return true
}

const modulePath = "github.com/ftpwire/ftpwire"

// keyOf returns the key of a field: "ClearCommandChannel" is "clear_command_channel", "TLSMin" is "tls_min", "SessionIDs" is
// "session_ids".
func keyOf(name string) string {
	name = strings.NewReplacer("IDs", "Ids", "EBCDICCRLF", "EbcdicCrlf").Replace(name)
	var b strings.Builder
	r := []rune(name)
	for i, c := range r {
		if i > 0 && unicode.IsUpper(c) && (!unicode.IsUpper(r[i-1]) || i+1 < len(r) && unicode.IsLower(r[i+1])) {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(c))
	}
	return b.String()
}
