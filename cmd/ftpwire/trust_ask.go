package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/ftpwire/ftpwire/tlsx"
)

// asker returns a function that asks the person at the terminal about certificates: about
// each once in a run, whichever URL it is for.
func (a *app) asker(store *tlsx.TrustStore) func(context.Context, *tlsx.CertificateQuestion) tlsx.Answer {
	if a.asked == nil {
		a.asked = tlsx.AskOnce(func(ctx context.Context, q *tlsx.CertificateQuestion) tlsx.Answer {
			return askCertificate(ctx, a.stdin, terminalWriter{a}, q, store.Path())
		})
	}
	return a.asked
}

// A terminalWriter writes on standard error, between the lines of others.
type terminalWriter struct{ a *app }

func (w terminalWriter) Write(b []byte) (int, error) {
	w.a.mu.Lock()
	defer w.a.mu.Unlock()
	return w.a.stderr.Write(b)
}

// askCertificate asks a person q. Every answer but once and always rejects the
// certificate, and so do an empty answer, the end of the input and the end of ctx. With
// an empty path nothing can be remembered.
func askCertificate(ctx context.Context, in io.Reader, out io.Writer, q *tlsx.CertificateQuestion, path string) tlsx.Answer {
	var b strings.Builder
	writeQuestion(&b, q)
	question, words := "Accept it? (n)o, (o)nce or (a)lways [n]: ", "n, o or a"
	if path == "" {
		question, words = "Accept it? (n)o or (o)nce [n]: ", "n or o"
	}
	b.WriteString(question)
	io.WriteString(out, b.String())
	for range maxAnswers {
		line, ok := readLine(ctx, in)
		if !ok {
			io.WriteString(out, "\n")
			return tlsx.Reject
		}
		switch strings.ToLower(strings.TrimSpace(line)) {
		case "", "n", "no":
			return tlsx.Reject
		case "o", "once":
			return tlsx.AcceptOnce
		case "a", "always":
			if path != "" {
				return tlsx.AcceptAlways
			}
		}
		fmt.Fprintf(out, "Please answer %s: ", words)
	}
	io.WriteString(out, "\n")
	return tlsx.Reject
}

// maxAnswers is how often a person may answer something else.
const maxAnswers = 5

// writeQuestion writes what is wrong with a certificate and what it is.
func writeQuestion(w io.Writer, q *tlsx.CertificateQuestion) {
	server := hostPort(q.Host, q.Port)
	switch {
	case q.Changed():
		fmt.Fprintf(w, "\nWARNING: THE CERTIFICATE OF %s HAS CHANGED\nIt was renewed, or somebody is in between and would read and change what you send.\n\n", server)
		fmt.Fprintf(w, "  before   SHA-256 %s\n           %s, accepted on %s\n", q.Known.SHA256, visible(q.Known.Subject), day(q.Known.Date))
		fmt.Fprintf(w, "  now      SHA-256 %s\n           %s\n\n", q.Facts.SHA256, q.Facts.Subject)
	case q.Known != nil:
		fmt.Fprintf(w, "\nThe certificate of %s was accepted on %s (%s), and now more is wrong with it.\n\n", server, day(q.Known.Date), q.Known.Reasons)
	default:
		fmt.Fprintf(w, "\nThe certificate of %s can't be verified.\n\n", server)
	}
	rows := [][2]string{}
	for _, p := range q.Problems {
		rows = append(rows, [2]string{"problem", p})
	}
	writeRows(w, "  ", append(rows, factRows(&q.Facts)...))
	fmt.Fprintf(w, "\nCompare the SHA-256 with the one that the server's administrator tells you.\n")
}

// readLine reads a line octet by octet, so that the next reader gets everything after it.
// ok is false if the input ends without a line, or ctx ends.
func readLine(ctx context.Context, in io.Reader) (line string, ok bool) {
	type result struct {
		line string
		ok   bool
	}
	got := make(chan result, 1)
	go func() {
		var b []byte
		for c := make([]byte, 1); len(b) < 1000; {
			n, err := in.Read(c)
			if n == 1 && c[0] == '\n' {
				got <- result{string(b), true}
				return
			}
			b = append(b, c[:n]...)
			if err != nil {
				got <- result{string(b), len(b) > 0}
				return
			}
		}
		got <- result{string(b), true}
	}()
	select {
	case r := <-got:
		return r.line, r.ok
	case <-ctx.Done():
		return "", false
	}
}
