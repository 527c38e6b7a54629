package main

import (
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/ftpwire/ftpwire/tlsx"
)

// factRows returns what a person needs to recognise a certificate.
func factRows(f *tlsx.CertificateFacts) [][2]string {
	issuer := f.Issuer
	if f.SelfSigned {
		issuer = "itself"
	}
	names := strings.Join(f.Names, ", ")
	if names == "" {
		names = "none"
	}
	return [][2]string{
		{"subject", f.Subject},
		{"issuer", issuer},
		{"names", names},
		{"valid", minute(f.NotBefore) + " to " + minute(f.NotAfter)},
		{"key", f.KeyType + ", signed with " + f.Signature},
		{"serial", f.Serial},
		{"SHA-256", f.SHA256.String()},
		{"pin", f.Pin.String()},
	}
}

// writeRows writes names and values in two columns.
func writeRows(w io.Writer, indent string, rows [][2]string) {
	tw := tabwriter.NewWriter(w, 0, 0, 3, ' ', 0)
	for _, r := range rows {
		fmt.Fprintf(tw, "%s%s\t%s\n", indent, r[0], visible(r[1]))
	}
	tw.Flush()
}

func day(t time.Time) string    { return t.UTC().Format(time.DateOnly) }
func minute(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 MST") }

func hostPort(host string, port int) string { return net.JoinHostPort(host, strconv.Itoa(port)) }
