package ftpwire

import (
	"bytes"
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/ftpwire/ftpwire/protocol/errtext"
)

// SetValues sets settings of p from values as [Profile.Values] returns them; what they do not name stays. A duration may also be a
// number of seconds, and a text with commas a list of texts. Numbers may be of any type. The error joins a *[ProfileError] for each
// value that is no setting or can't be one; p is then unchanged. It does not call [Profile.Validate].
func (p *Profile) SetValues(values map[string]any) error {
	q := *p
	v := reflect.ValueOf(&q).Elem()
	ownPointers(v)
	d := settingsDecoder{}
	d.fields(v, values, "")
	if err := errors.Join(d.faults...); err != nil {
		return err
	}
	*p = q
	return nil
}

// UnmarshalJSON makes p the zero Profile with what is in a JSON object; see [Profile.SetValues]. Keys that are not known are errors.
func (p *Profile) UnmarshalJSON(text []byte) error {
	values := map[string]any{}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if err := d.Decode(&values); err != nil && err != io.EOF {
		return err
	}
	q := Profile{}
	if err := q.SetValues(values); err != nil {
		return err
	}
	*p = q
	return nil
}

// SettingKeys returns the keys of all settings, sorted, those within others with a dot: "data.active_ports".
func SettingKeys() []string {
	var keys []string
	walkKeys(reflect.ValueOf(Profile{}), "", &keys)
	slices.Sort(keys)
	return keys
}

func walkKeys(v reflect.Value, prefix string, keys *[]string) {
	for f := range settingsOf(v) {
		t := f.Type
		if t.Kind() == reflect.Pointer && !t.Implements(textType) {
			t = t.Elem()
		}
		key := prefix + keyOf(f.Name)
		if t.Kind() == reflect.Struct && !t.Implements(textType) && !reflect.PointerTo(t).Implements(textType) {
			walkKeys(reflect.New(t).Elem(), key+".", keys)
			continue
		}
		*keys = append(*keys, key)
	}
}

// ownPointers replaces the structs that p points to by copies, so that setting something in them changes nobody else's.
func ownPointers(v reflect.Value) {
	for f, field := range settingsOf(v) {
		switch {
		case f.Type.Implements(textType):
		case f.Type.Kind() == reflect.Struct:
			ownPointers(field)
		case f.Type.Kind() == reflect.Pointer && !field.IsNil():
			c := reflect.New(f.Type.Elem())
			c.Elem().Set(field.Elem())
			field.Set(c)
			ownPointers(c.Elem())
		}
	}
}

// A settingsDecoder sets settings, and collects what is wrong with the values.
type settingsDecoder struct{ faults []error }

func (d *settingsDecoder) fault(key, format string, args ...any) {
	d.faults = append(d.faults, &ProfileError{Field: key, Reason: fmt.Sprintf(format, args...)})
}

func (d *settingsDecoder) fields(v reflect.Value, values map[string]any, prefix string) {
	known := map[string]reflect.Value{}
	for f, field := range settingsOf(v) {
		known[keyOf(f.Name)] = field
	}
	for _, key := range slices.Sorted(maps.Keys(values)) {
		if field, ok := known[key]; ok {
			d.set(field, values[key], prefix+key)
			continue
		}
		d.fault(prefix+key, "is not a setting%s", didYouMean(prefix, key, slices.Sorted(maps.Keys(known))))
	}
}

// didYouMean proposes keys for one that is not known: those that look like it, or are the same within another map.
func didYouMean(prefix, key string, known []string) string {
	near := errtext.Near(strings.ReplaceAll(strings.ToLower(key), "-", "_"), known)
	for i := range near {
		near[i] = prefix + near[i]
	}
	if len(near) == 0 {
		for _, k := range SettingKeys() {
			if k == key || strings.HasSuffix(k, "."+key) {
				near = append(near, k)
			}
		}
	}
	if len(near) == 0 || len(near) > 3 {
		return ""
	}
	return "; did you mean " + strings.Join(near, " or ") + "?"
}

func (d *settingsDecoder) set(v reflect.Value, x any, key string) {
	if _, is := v.Interface().(time.Duration); is {
		d.duration(v, x, key)
		return
	}
	if v.Kind() == reflect.Pointer {
		n := reflect.New(v.Type().Elem())
		if !v.IsNil() && !v.Type().Implements(textType) {
			n = v
		}
		before := len(d.faults)
		if d.set(n.Elem(), x, key); len(d.faults) == before {
			v.Set(n)
		}
		return
	}
	if t, is := v.Addr().Interface().(encoding.TextUnmarshaler); is {
		d.text(t, x, key)
		return
	}
	d.plain(v, x, key)
}

// plain sets what is no text by itself.
func (d *settingsDecoder) plain(v reflect.Value, x any, key string) {
	switch v.Kind() {
	case reflect.String:
		if s, ok := x.(string); ok {
			v.SetString(s)
			return
		}
		d.fault(key, "must be a text")
	case reflect.Bool:
		if b, ok := x.(bool); ok {
			v.SetBool(b)
			return
		}
		d.fault(key, "must be true or false")
	case reflect.Slice:
		d.list(v, x, key)
	case reflect.Struct:
		if m, ok := x.(map[string]any); ok {
			d.fields(v, m, key+".")
			return
		}
		d.fault(key, "must hold settings of its own")
	default:
		d.number(v, x, key)
	}
}

func (d *settingsDecoder) text(t encoding.TextUnmarshaler, x any, key string) {
	s, ok := x.(string)
	if list, is := x.([]any); is {
		s, ok = joined(list)
	}
	if n, is := whole(x); is && !ok {
		s, ok = fmt.Sprint(n), true
	}
	if !ok {
		d.fault(key, "must be a text")
		return
	}
	if err := t.UnmarshalText([]byte(s)); err != nil {
		d.fault(key, "can't be that: %s", errtext.Of(err))
	}
}

// joined returns a list of texts as one.
func joined(list []any) (string, bool) {
	texts := make([]string, len(list))
	for i, x := range list {
		s, ok := x.(string)
		if !ok {
			return "", false
		}
		texts[i] = s
	}
	return strings.Join(texts, ","), true
}

func (d *settingsDecoder) list(v reflect.Value, x any, key string) {
	items, ok := x.([]any)
	if s, is := x.(string); is {
		for part := range strings.SplitSeq(s, ",") {
			items = append(items, strings.TrimSpace(part))
		}
		ok = true
	}
	if !ok {
		d.fault(key, "must be a list")
		return
	}
	n := reflect.MakeSlice(v.Type(), len(items), len(items))
	for i, item := range items {
		d.set(n.Index(i), item, fmt.Sprintf("%s[%d]", key, i))
	}
	v.Set(n)
}

func (d *settingsDecoder) duration(v reflect.Value, x any, key string) {
	s, ok := x.(string)
	if n, is := whole(x); is {
		s, ok = fmt.Sprintf("%ds", n), true
	}
	if t, err := time.ParseDuration(s); ok && err == nil {
		v.SetInt(int64(t))
		return
	}
	d.fault(key, "must be a duration such as \"30s\" or \"2m\", or a number of seconds")
}

func (d *settingsDecoder) number(v reflect.Value, x any, key string) {
	n, ok := whole(x)
	switch {
	case !ok:
		d.fault(key, "must be a whole number")
	case v.CanInt() && !v.OverflowInt(n):
		v.SetInt(n)
	case v.CanUint() && n >= 0 && !v.OverflowUint(uint64(n)):
		v.SetUint(uint64(n))
	default:
		d.fault(key, "is out of range")
	}
}

// whole returns a number of any type as an integer, if it is one.
func whole(x any) (int64, bool) {
	if n, ok := x.(json.Number); ok {
		i, err := n.Int64()
		return i, err == nil
	}
	switch v := reflect.ValueOf(x); {
	case !v.IsValid():
		return 0, false
	case v.CanInt():
		return v.Int(), true
	case v.CanUint():
		return int64(v.Uint()), v.Uint() <= math.MaxInt64
	case v.CanFloat():
		f := v.Float()
		return int64(f), f == math.Trunc(f) && math.Abs(f) < 1<<53
	}
	return 0, false
}
