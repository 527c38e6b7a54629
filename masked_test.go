package ftpwire_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"net"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/conformance"
	"github.com/ftpwire/ftpwire/conformance/ftptest"
	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/control/otp"
	"github.com/ftpwire/ftpwire/datachan/proxy"
	"github.com/ftpwire/ftpwire/protocol"
)

// holders are the types that hold secrets, and the string fields of each that are none. A string field that is not listed is a
// secret: whoever adds one decides. Fields of other types are filled where they hold strings themselves.
var holders = []struct {
	value  any // pointer to a zero value
	public string
}{
	{new(ftpwire.Profile), profileFields},
	{new(ftpwire.Location), "Path " + under("Profile", profileFields)},
	{new(control.Config), configFields},
	{new(control.LoginOptions), loginFields},
	{new(control.LoginProxy), proxyFields},
	{new(control.LoginLine), "Send"},
	{new(control.AfterLogin), "Command"},
	{new(proxy.Proxy), "Addr"},
	{new(conformance.Target), "Addr OtherAddr User OtherHost VirtualHost DownHost Auth"},
	{new(ftptest.User), "Name Certificate Home OneTime.Hash OneTime.Seed"},
	{new(ftptest.Config), "*"}, // what its users have is filled, and listed here:
	{new(ftptest.VirtualHost), "*"},
}

// Lines of scripts are masked where they are commands with a secret, see TestCommandsInFormats.
const (
	proxyFields = "Host User Script.0.Send"
	loginFields = "VirtualHost ClientName Language AssumeFeatures.0 After.0.Command Proxy.Host Proxy.User Proxy.Script.0.Send"
)

var (
	configFields  = "Auth.0 ServerName Quirks.Force.0 Quirks.Forbid.0 Quirks.Own.0.Name Quirks.Own.0.Force.0 Quirks.Own.0.Forbid.0 Quirks.Known.0.Name Quirks.Known.0.Evidence Verify.Host " + under("Login", loginFields)
	profileFields = "Name Group Host Authentication User CodePage DateFormat TimeZone List.Lines.Dialect List.Lines.System Proxy.Addr " + under("Config", configFields)
)

// under returns names of fields as those of a field.
func under(field, names string) string {
	return field + "." + strings.Join(strings.Fields(names), " "+field+".")
}

// plant sets every string in v to a text that tells where it stands, and calls planted for each.
func plant(v reflect.Value, path string, planted func(path, text string)) {
	join := func(name string) string { return strings.TrimPrefix(path+"."+name, ".") }
	if !v.CanSet() {
		return
	}
	switch v.Kind() {
	case reflect.String:
		text := fmt.Sprintf("planted%dx", sum(path))
		v.SetString(text)
		planted(path, text)
	case reflect.Interface:
		if v.NumMethod() == 0 {
			text := fmt.Sprintf("planted%dx", sum(path))
			v.Set(reflect.ValueOf(text))
			planted(path, text)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			plant(v.Field(i), join(v.Type().Field(i).Name), planted)
		}
	case reflect.Pointer:
		if strings.HasPrefix(v.Type().Elem().PkgPath(), "github.com/ftpwire/") && v.Type().Elem().Kind() == reflect.Struct {
			v.Set(reflect.New(v.Type().Elem()))
			plant(v.Elem(), path, planted)
		}
	case reflect.Slice:
		if v.Type().Elem().Kind() != reflect.Uint8 {
			v.Set(reflect.MakeSlice(v.Type(), 1, 1))
			plant(v.Index(0), join("0"), planted)
		}
	case reflect.Map:
		if v.Type().Key().Kind() == reflect.String {
			e := reflect.New(v.Type().Elem()).Elem()
			plant(e, join("value"), planted)
			v.Set(reflect.MakeMap(v.Type()))
			v.SetMapIndex(reflect.ValueOf("key").Convert(v.Type().Key()), e)
		}
	}
}

// sum returns a number for a path.
func sum(path string) (n int) {
	for _, b := range []byte(path) {
		n = (n*31 + int(b)) % 1_000_000_007
	}
	return n
}

// shown returns all that can be made of a value with fmt and slog, in other values and alone.
func shown(pointer reflect.Value) string {
	var b strings.Builder
	p := pointer.Interface()
	values := []any{p, []any{p}, map[string]any{"k": p}, struct{ V any }{p}}
	if pointer.Type() != reflect.TypeFor[*proxy.Proxy]() { // which must not be copied
		v := pointer.Elem().Interface()
		values = append(values, v, []any{v}, map[string]any{"k": v}, struct{ V any }{v}, &struct{ V any }{v})
		list := reflect.Append(reflect.MakeSlice(reflect.SliceOf(pointer.Type().Elem()), 0, 1), pointer.Elem())
		values = append(values, list.Interface())
	}
	for _, v := range values {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d", "%T"} {
			fmt.Fprintf(&b, verb+"\n", v)
		}
		fmt.Fprintln(&b, v)
	}
	for _, handler := range []func(*bytes.Buffer) slog.Handler{
		func(w *bytes.Buffer) slog.Handler { return slog.NewTextHandler(w, nil) },
		func(w *bytes.Buffer) slog.Handler { return slog.NewJSONHandler(w, nil) },
	} {
		var w bytes.Buffer
		slog.New(handler(&w)).Info("text", "p", p, "v", slog.GroupValue(slog.Any("p", p)))
		b.Write(w.Bytes())
	}
	return b.String()
}

func TestFormatsShowNoSecret(t *testing.T) {
	for _, h := range holders {
		v := reflect.New(reflect.TypeOf(h.value).Elem())
		name := v.Elem().Type().String()
		texts := map[string]string{}
		plant(v.Elem(), "", func(path, text string) { texts[text] = path })
		if len(texts) == 0 {
			t.Errorf("%s: nothing was planted", name)
		}
		public := strings.Fields(h.public)
		out := shown(v)
		for text, path := range texts {
			secret := !slices.Contains(public, path) && (h.public != "*" || strings.Contains(path, "Password") || strings.Contains(path, "Account"))
			if i := strings.Index(out, text); i >= 0 && secret {
				t.Errorf("%s: %s is shown, and not listed as public: ...%s", name, path, out[max(0, i-80):i+len(text)])
			}
			if hex := fmt.Sprintf("%x", text); secret && strings.Contains(out, hex) {
				t.Errorf("%s: %s is shown in hexadecimal digits", name, path)
			}
		}
		for _, path := range public {
			if !strings.ContainsRune(path, '*') && !slices.ContainsFunc(slices.Collect(mapValues(texts)), func(p string) bool { return p == path }) {
				t.Errorf("%s: there is no string field %s", name, path)
			}
		}
	}
}

func mapValues(m map[string]string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for _, v := range m {
			if !yield(v) {
				return
			}
		}
	}
}

// What is no secret is still shown: who, where, and that there is a password.
func TestFormatsShowTheRest(t *testing.T) {
	l := ftpwire.Location{Profile: ftpwire.Profile{Host: "ftp.example.com", User: "alice", Password: "secret", Proxy: &proxy.Proxy{Addr: "proxy:1", Password: "secret"}}, Path: "pub"}
	for _, verb := range []string{"%v", "%+v", "%#v"} {
		text := fmt.Sprintf(verb, &l)
		for _, part := range []string{"ftp.example.com", "alice", protocol.Mask, "http://proxy:1", "pub"} {
			if !strings.Contains(text, part) {
				t.Errorf("%s does not show %q: %s", verb, part, text)
			}
		}
	}
	if text := fmt.Sprintf("%+v", ftpwire.Profile{}); strings.Contains(text, protocol.Mask) {
		t.Errorf("a password is shown where there is none: %s", text)
	}
	var none *ftpwire.Profile
	var noProxy *proxy.Proxy
	if text := fmt.Sprint(none, noProxy); text != "<nil> <nil>" {
		t.Errorf("nil is shown as %s", text)
	}
}

func TestCommandsInFormats(t *testing.T) {
	for _, line := range []string{"PASS secret-1", "pass secret-1", "ACCT secret-1", "SITE PSWD secret-1 secret-2", "PASS secret-1@secret-2"} {
		c, err := protocol.ParseCommand([]byte(line))
		if err != nil {
			t.Fatal(err)
		}
		var r protocol.Redactor
		r.Add("secret-1")
		answer, _ := otp.Challenge{Algorithm: otp.MD5, Sequence: 7, Seed: "seed1"}.Answer("secret-1 and more")
		for _, v := range []any{
			&c, &protocol.Event{Command: c}, &r, answer, []otp.Response{answer},
			&control.AfterLogin{Command: line}, &control.LoginOptions{After: []control.AfterLogin{{Command: line}}},
			&control.LoginLine{Send: line}, &control.LoginProxy{Script: []control.LoginLine{{Send: line}}}, &ftpwire.Profile{Config: control.Config{Login: control.LoginOptions{Proxy: &control.LoginProxy{Script: []control.LoginLine{{Send: line}}}}}},
		} {
			out := shown(reflect.ValueOf(box(v)))
			if i := strings.Index(out, "secret-"); i >= 0 {
				t.Errorf("%T of %q shows a secret: %s", v, line, out[max(0, i-100):min(len(out), i+20)])
			}
			if strings.Contains(out, fmt.Sprintf("%x", "secret-")) || strings.Contains(out, answer.Words()) || strings.Contains(out, strings.ToLower(strings.ReplaceAll(answer.Hex(), " ", ""))) {
				t.Errorf("%T of %q shows a secret: %s", v, line, out)
			}
		}
	}
}

// box returns a pointer to v, or v if it is one.
func box(v any) any {
	if reflect.TypeOf(v).Kind() == reflect.Pointer {
		return v
	}
	p := reflect.New(reflect.TypeOf(v))
	p.Elem().Set(reflect.ValueOf(v))
	return p.Interface()
}

// A connection knows the password of its login; what is printed of it does not.
func TestConnectionsShowNoSecret(t *testing.T) {
	s := ftptest.NewServer(t, &ftptest.Config{Users: []ftptest.User{{Name: "user", Password: "secret-1", Account: "secret-2"}}})
	host, port, _ := net.SplitHostPort(s.Addr())
	number, _ := strconv.Atoi(port)
	c, err := ftpwire.Dial(t.Context(), &ftpwire.Profile{Host: host, Port: number, User: "user", Password: "secret-1", Account: "secret-2",
		Config: control.Config{Security: control.SecurityNone, Login: control.LoginOptions{After: []control.AfterLogin{{Command: "SITE PSWD secret-1 secret-2", MayFail: true}}}}})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(t.Context())
	d, err := c.Conn().Open(t.Context(), "LIST", "")
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	for _, v := range []any{c, c.Conn(), d, []any{c}, struct{ C any }{c}, struct{ C *ftpwire.Client }{c}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
			if text := fmt.Sprintf(verb, v); strings.Contains(text, "secret-") {
				t.Errorf("%s of %T: %s", verb, v, text)
			}
		}
	}
	if text := fmt.Sprint(c); !strings.Contains(text, s.Addr()) {
		t.Errorf("a client is shown without its server: %s", text)
	}
}

// A Profile is printed field by field: none is forgotten.
func TestProfileFormatIsComplete(t *testing.T) {
	text := fmt.Sprintf("%+v", ftpwire.Profile{})
	for f := range reflect.TypeFor[ftpwire.Profile]().Fields() {
		if !strings.Contains(text, f.Name+":") {
			t.Errorf("%s is not shown: %s", f.Name, text)
		}
	}
}

// A Profile is printed whole: Format has a list of the fields.
func TestProfileFormatHasAllFields(t *testing.T) {
	shown := fmt.Sprintf("%+v", ftpwire.Profile{})
	for f := range reflect.TypeFor[ftpwire.Profile]().Fields() {
		if !strings.Contains(shown, " "+f.Name+":") && !strings.Contains(shown, "{"+f.Name+":") {
			t.Errorf("%s is not printed", f.Name)
		}
	}
}
