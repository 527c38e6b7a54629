package tomledit

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const sample = `# My servers.

# the box in the cellar
[connection.nas]   # kept
host = 'nas.example'  # by hand
nat = "auto"
after = [ # two
  "SITE A", # ]
  "SITE B",
]
text = """
[connection.fake]
a = 1
"""

[connection."with blank".proxy]
url = "x"

[certificate.office]
cert = "a.pem"
`

func parsed(t *testing.T, text string) *Document {
	t.Helper()
	d, err := Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func key(value any, path ...string) Key { return Key{path, value} }

func nas(changes ...Key) []Key {
	keys := []Key{key("nas.example", "host"), key("auto", "nat"), key([]string{"SITE A", "SITE B"}, "after"), key("[connection.fake]\na = 1\n", "text")}
	return append(keys, changes...)
}

func TestNames(t *testing.T) {
	d := parsed(t, sample)
	if diff := cmp.Diff([]string{"nas", "with blank"}, d.Names("connection")); diff != "" {
		t.Errorf("names mismatch (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"connection", "certificate"}, d.Kinds()); diff != "" {
		t.Errorf("kinds mismatch (-want +got):\n%s", diff)
	}
	for _, tt := range []struct {
		want int
		path []string
	}{{4, nil}, {5, []string{"host"}}, {7, []string{"after"}}, {0, []string{"none"}}} {
		if got := d.Line("connection", "nas", tt.path...); got != tt.want {
			t.Errorf("line of %v = %d, want %d", tt.path, got, tt.want)
		}
	}
	if got := d.Line("connection", "with blank", "proxy", "url"); got != 16 {
		t.Errorf("line of the proxy = %d, want 16", got)
	}
}

func TestSet(t *testing.T) {
	tests := []struct {
		name       string
		text       string
		table      string
		keys       []Key
		from, into string // what of the text changes
	}{
		{"nothing", sample, "nas", nas(), "", ""},
		{"a value", sample, "nas", append(nas()[:1:1], append([]Key{key("never", "nat")}, nas()[2:]...)...), `nat = "auto"`, `nat = "never"`},
		{"a value with a comment after it", sample, "nas", append([]Key{key("new", "host")}, nas()[1:]...), `'nas.example'`, `"new"`},
		{"a list", sample, "nas", append(nas()[:2:2], key([]string{"SITE C"}, "after"), nas()[3]), "[ # two\n  \"SITE A\", # ]\n  \"SITE B\",\n]", `["SITE C"]`},
		{"one less", sample, "nas", append(nas()[:1:1], nas()[2:]...), "nat = \"auto\"\n", ""},
		{"one more", sample, "nas", nas(key(int64(21), "port")), "\"\"\"\n\n[", "\"\"\"\nport = 21\n\n["},
		{"one of a table below", sample, "with blank", []Key{key("x", "proxy", "url"), key(true, "proxy", "direct")}, "url = \"x\"\n", "url = \"x\"\ndirect = true\n"},
		{"the table below goes", "[connection.a]\nx = 1\n\n[connection.a.proxy]\nurl = \"x\"\n", "a", []Key{key(int64(1), "x")}, "\n[connection.a.proxy]\nurl = \"x\"\n", "\n"},
		{"a header above the table below", sample, "with blank", []Key{key("x", "proxy", "url"), key("h", "host")}, "cert = \"a.pem\"\n", "cert = \"a.pem\"\n\n[connection.\"with blank\"]\nhost = \"h\"\n"},
		{"a new table", sample, "b", []Key{key("h", "host"), key("u", "proxy", "url")}, "cert = \"a.pem\"\n", "cert = \"a.pem\"\n\n[connection.b]\nhost = \"h\"\nproxy.url = \"u\"\n"},
		{"the first table", "", "b", []Key{key("h", "host")}, "", "[connection.b]\nhost = \"h\"\n"},
		{"no line end", "[connection.b]\nhost = \"h\"", "b", []Key{key("h", "host"), key(true, "x")}, `"h"`, "\"h\"\nx = true\n"},
		{"line ends of Windows", "[connection.b]\r\nhost = \"h\"\r\n", "b", []Key{key("h", "host"), key(true, "x")}, "\"h\"\r\n", "\"h\"\r\nx = true\r\n"},
		{"an inline table stays", "[connection.b]\nproxy = { url = \"u\" } # mine\n", "b", []Key{key("u", "proxy", "url"), key(true, "x")}, "mine\n", "mine\nx = true\n"},
		{"an inline table changes", "[connection.b]\nproxy = { url = \"u\" } # mine\n", "b", []Key{key("v", "proxy", "url")}, "proxy = { url = \"u\" } # mine\n", "proxy.url = \"v\"\n"},
		{"odd texts", "", "b", []Key{key("a\"\\\n\x7fé<", "host")}, "", "[connection.b]\nhost = \"a\\\"\\\\\\n\\u007fé<\"\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			want := strings.Replace(tt.text, tt.from, tt.into, 1)
			if tt.from != "" && want == tt.text {
				t.Fatalf("%q is not in the text", tt.from)
			}
			d, err := parsed(t, tt.text).Set("connection", tt.table, tt.keys)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, string(d.Text())); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
		})
	}
}

func TestRemoveRename(t *testing.T) {
	d, err := parsed(t, sample).Remove("connection", "nas")
	if err != nil {
		t.Fatal(err)
	}
	want := "# My servers.\n\n" + sample[strings.Index(sample, `[connection."with`):]
	if diff := cmp.Diff(want, string(d.Text())); diff != "" {
		t.Errorf("removed: mismatch (-want +got):\n%s", diff)
	}
	if d, err = parsed(t, sample).Rename("connection", "with blank", "plain"); err != nil {
		t.Fatal(err)
	}
	want = strings.Replace(sample, `"with blank"`, "plain", 1)
	if diff := cmp.Diff(want, string(d.Text())); diff != "" {
		t.Errorf("renamed: mismatch (-want +got):\n%s", diff)
	}
	if _, err = parsed(t, "[connection.a]\n[connection.b]\n").Rename("connection", "a", "b"); err == nil {
		t.Error("two tables of one name")
	}
	source := parsed(t, sample).Source("connection", "nas")
	if d, err = parsed(t, sample).Replace("connection", "nas", source); err != nil || string(d.Text()) != sample {
		t.Errorf("replaced by itself: %v\n%s", err, cmp.Diff(sample, string(d.Text())))
	}
}

func TestErrors(t *testing.T) {
	tests := []struct {
		name, text string
		line       int
	}{
		{"syntax", "[connection.a]\nhost = \n", 2},
		{"twice", "[connection.a]\nhost = 1\nhost = 2\n", 3},
		{"outside", "x = 1\n[connection.a]\n", 1},
		{"one name", "[connection]\na.host = 1\n", 2},
		{"inline", "[connection]\na = { host = 1 }\n", 2},
		{"a list of tables", "\n[[connection.a]]\nhost = 1\n", 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Parse([]byte(tt.text))
			e, ok := errors.AsType[*Error](err)
			if !ok || e.Line != tt.line {
				t.Errorf("%v, want an error in line %d", err, tt.line)
			}
		})
	}
}

// FuzzSet: setting what stands there changes nothing; another key changes nothing else.
func FuzzSet(f *testing.F) {
	f.Add([]byte(sample))
	f.Add([]byte("[connection.nas]\na.b = [[1, {x = 2}], '''q'''']\n[connection.nas.a.c]\n"))
	f.Add([]byte("[connection.nas]\r\na = 1 # x"))
	f.Fuzz(func(t *testing.T, text []byte) {
		d, err := Parse(text)
		if err != nil {
			return
		}
		values, err := d.Values("connection", "nas")
		if err != nil {
			return
		}
		keys := Flatten(values)
		same, err := d.Set("connection", "nas", keys)
		if err != nil || !d.Has("connection", "nas") {
			return // refused, rather than changed
		}
		if diff := cmp.Diff(string(d.Text()), string(same.Text())); diff != "" {
			t.Errorf("setting what is there (-want +got):\n%s", diff)
		}
		more, err := d.Set("connection", "nas", append(keys, key("v", "never-there")))
		if err != nil {
			return
		}
		without := strings.Replace(string(more.Text()), "never-there = \"v\"", "", 1)
		if strings.Join(strings.Fields(without), " ") != strings.Join(strings.Fields(string(d.Text())), " ") && !strings.Contains(without, "[connection.nas]") {
			t.Errorf("adding a key changed more: %q, %q", d.Text(), more.Text())
		}
	})
}
