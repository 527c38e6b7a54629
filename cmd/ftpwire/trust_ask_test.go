package main

import (
	"bytes"
	"context"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/ftpwire/ftpwire/tlsx"
)

func TestAskCertificate(t *testing.T) {
	known := &tlsx.Trusted{SHA256: tlsx.Fingerprint{9}, Reasons: tlsx.ReasonExpired, Date: time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC), Subject: "CN=old\x1b"}
	same := *known
	same.SHA256 = tlsx.Fingerprint{1}
	tests := []struct {
		name, input string
		nowhere     bool // to remember it
		known       *tlsx.Trusted
		want        tlsx.Answer
		says        []string
	}{
		{name: "empty", input: "\n", want: tlsx.Reject, says: []string{"h:21 can't be verified", "it is self-signed", "  SHA-256   01:00:", "(n)o, (o)nce or (a)lways [n]: "}},
		{name: "no", input: "no\n", want: tlsx.Reject},
		{name: "end of input", input: "", want: tlsx.Reject},
		{name: "once", input: "once\n", want: tlsx.AcceptOnce},
		{name: "letter", input: " O \r\n", want: tlsx.AcceptOnce},
		{name: "always", input: "Always\n", want: tlsx.AcceptAlways},
		{name: "without a line end", input: "a", want: tlsx.AcceptAlways},
		{name: "something else first", input: "yes\no\n", want: tlsx.AcceptOnce, says: []string{"Please answer n, o or a: "}},
		{name: "something else only", input: strings.Repeat("yes\n", 50), want: tlsx.Reject},
		{name: "endless line", input: strings.Repeat("a", 5000), want: tlsx.Reject},
		{name: "always, nowhere", input: "a\no\n", nowhere: true, want: tlsx.AcceptOnce, says: []string{"(n)o or (o)nce [n]: ", "Please answer n or o: "}},
		{name: "changed", input: "\n", known: known, want: tlsx.Reject, says: []string{"WARNING: THE CERTIFICATE OF h:21 HAS CHANGED", "before   SHA-256 09:00", `CN=old\x1b, accepted on 2026-01-02`, "now      SHA-256 01:00"}},
		{name: "more is wrong", input: "\n", known: &same, want: tlsx.Reject, says: []string{"was accepted on 2026-01-02 (expired), and now more is wrong with it"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			q := &tlsx.CertificateQuestion{CertificateError: tlsx.CertificateError{Host: "h", Port: 21, Problems: []string{"it is self-signed"}, Known: tt.known,
				Facts: tlsx.CertificateFacts{Subject: "CN=s", SHA256: tlsx.Fingerprint{1}}}}
			path := "file"
			if tt.nowhere {
				path = ""
			}
			var out bytes.Buffer
			if got := askCertificate(t.Context(), strings.NewReader(tt.input), &out, q, path); got != tt.want {
				t.Errorf("answer %v, want %v", got, tt.want)
			}
			for _, s := range tt.says {
				if !strings.Contains(out.String(), s) {
					t.Errorf("it does not say %q:\n%s", s, out.String())
				}
			}
		})
	}
}

// What stands behind the answer is for whoever reads next.
func TestAskCertificateReadsOneLine(t *testing.T) {
	in := strings.NewReader("o\nnext\n")
	if got := askCertificate(t.Context(), in, io.Discard, &tlsx.CertificateQuestion{}, ""); got != tlsx.AcceptOnce {
		t.Errorf("answer %v", got)
	}
	if rest, _ := io.ReadAll(in); string(rest) != "next\n" {
		t.Errorf("left: %q", rest)
	}
}

func TestAskCertificateEndsWithContext(t *testing.T) {
	r, w := io.Pipe()
	defer w.Close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if got := askCertificate(ctx, r, io.Discard, &tlsx.CertificateQuestion{}, "file"); got != tlsx.Reject {
		t.Errorf("answer %v", got)
	}
}
