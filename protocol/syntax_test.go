package protocol

import (
	"strings"
	"testing"
)

// Strict refuses what is otherwise forgiven; Loose ends a reply with any code, and a failure stays one.
func TestReplySyntax(t *testing.T) {
	for _, tt := range []struct {
		name, in string
		strict   string // why Strict refuses it; empty: it does not
		code     Code   // that is read otherwise; 0: the reply is not complete
		loose    Code   // that Loose reads
	}{
		{"one line", "220 ready\r\n", "", 220, 220},
		{"several lines", "211-Features\r\n SIZE\r\n211 End\r\n", "", 211, 211},
		{"text before it", "211-a\r\n211-b\r\n211 End\r\n", "digits", 211, 211},
		{"bare LF", "220 ready\n", "LF without CR", 220, 220},
		{"CR inside", "220 a\rb\r\n", "CR inside", 220, 220},
		{"no space", "220\r\n", "no space", 220, 220},
		{"group 6", "260 x\r\n", "second digit", 260, 260},
		{"text with a code", "214-a\r\n211 b\r\n214 End\r\n", "digits", 214, 214},
		{"another code", "214-a\r\n211 End\r\n", "digits", 0, 214},
		{"failure at the end", "226-a\r\n550 No\r\n", "digits", 0, 550},
		{"failure at the beginning", "550-a\r\n226 Done\r\n", "digits", 0, 550},
		{"another code, no end", "226-a\r\n250-b\r\n", "digits", 0, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, r := range []struct {
				reader ReplyReader
				want   Code
			}{{ReplyReader{}, tt.code}, {ReplyReader{Loose: true}, tt.loose}} {
				_, reply, _, err := r.reader.Feed([]byte(tt.in))
				if err != nil || reply.Code != r.want {
					t.Errorf("loose %v: %v, %v; want %v", r.reader.Loose, reply.Code, err, r.want)
				}
			}
			strict := ReplyReader{Strict: true}
			_, reply, _, err := strict.Feed([]byte(tt.in))
			switch {
			case tt.strict == "" && (err != nil || reply.Code != tt.code):
				t.Errorf("strict: %v, %v", reply.Code, err)
			case tt.strict != "" && (err == nil || !strings.Contains(err.Error(), tt.strict)):
				t.Errorf("strict: %v; want %q", err, tt.strict)
			}
		})
	}
}
