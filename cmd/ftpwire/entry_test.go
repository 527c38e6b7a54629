package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode"

	"github.com/ftpwire/ftpwire/parse/listing"
)

// What JSON shows on a terminal steers nothing, and means what it meant.
func TestWriteJSONIsVisible(t *testing.T) {
	for name, want := range map[string]string{
		"a\x7fb": `a\u007fb`, "a\u0080\u009b2Jb": `a\u0080\u009b2Jb`, "\u202egpj.exe": `\u202egpj.exe`, "a\u2066b\u2069": `a\u2066b\u2069`,
		"\u200f\u061c\ufeff": `\u200f\u061c\ufeff`, "a\U000e0041": `a\udb40\udc41`, "a\x1bb": `a\u001bb`, "a\u2028b": `a\u2028b`,
		"grün 日本 e\u0301 <&> \u05e9": "grün 日本 e\u0301 <&> \u05e9", `back\slash "quoted"`: `back\\slash \"quoted\"`,
	} {
		var b bytes.Buffer
		if err := writeJSON(&b, newEntryJSON(listing.Entry{Name: name, Size: -1})); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(b.String(), `"name":"`+want+`"`) {
			t.Errorf("%q is written as %s", name, b.String())
		}
		if i := strings.IndexFunc(b.String(), func(r rune) bool { return r != '\n' && unicode.In(r, unicode.Cc, unicode.Cf) }); i >= 0 {
			t.Errorf("%q has a control character at %d: %q", name, i, b.String())
		}
		var back entryJSON
		if err := json.Unmarshal(b.Bytes(), &back); err != nil || back.Name != name {
			t.Errorf("%q comes back as %q, %v", name, back.Name, err)
		}
	}
}
