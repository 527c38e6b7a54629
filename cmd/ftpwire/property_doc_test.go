package main

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ftpwire/ftpwire"
)

const connectionPage = "../../docs/connection.md"

const connectionHead = `# The settings of a connection

Generated from the table ` + "`properties`" + ` of cmd/ftpwire by its tests; ` + "`go test ./cmd/ftpwire -run TestConnectionPage -update`" + ` rewrites it.

Each setting is a field of ` + "`ftpwire.Profile`" + `, a flag of the command, and a key of the JSON form and of stored connections
(` + "`ftpwire help connections`" + `). A field with a dot is within another one. The test of each row, in
cmd/ftpwire, runs a session with the setting and one without it, and compares what went over the wire.
` + "`TestPropertyFlags/FIELD`" + ` shows that the flag sets the field.

| property | field | flag | key | what it changes on the wire | test |
|---|---|---|---|---|---|
`

const connectionFoot = `
A key in brackets is one of stored connections only, which name files; a Profile holds what is in them.

## Rules

- What is zero has a default: ` + "`Profile{Host: …}`" + ` speaks explicit TLS, verifies the certificate, protects data, and resumes sessions.
- ` + "`Profile.Validate`" + ` says which settings are impossible or exclude each other, each with its field; ` + "`Dial`" + ` calls it. SSL 3.0, public keys,
  a host with a port in it, CCC over implicit TLS, TLSMin above TLSMax, Insecure with Verify and Proxy with Dial are among them.
- ` + "`Profile.Values`" + ` is the form for JSON, TOML and the like. The keys are the names of the fields in small letters with underscores.
  Names of choices are texts ("passive", "ftp-tls-explicit"), times are texts ("30s") or numbers of seconds, cipher suites have their IANA names.
  Keys that are not known are errors that name those which are like them.
- Password, Account and the passwords of proxies are left out of it, and of every log and error; ` + "`Values(true)`" + ` has them.
- Certificates, pools of them and functions are no text: ClientCertificates, RootCAs, Dial, Trace, Logger and their like are not in it.
- A URL says scheme, user, host, port, path and ` + "`;type=`" + `. ` + "`ParseURL`" + ` reads it, and ` + "`Location.URL`" + ` writes it.
- ` + "`ftpwire.SettingKeys`" + ` returns all keys, those of settings that are not in the table too; the comments of their fields explain them.
- ` + "`ftpwire probe`" + ` is the brute-force test: it finds settings that work, and says why. ` + "`ftpwire connection test`" + ` tries a stored connection.
  [troubleshooting.md](troubleshooting.md) says which setting to change when one fails.
`

// connectionText is the page.
func connectionText() string {
	var b strings.Builder
	b.WriteString(connectionHead)
	for _, p := range properties {
		cells := []string{p.name, code(string(p.field)), codes(flagsOf(p.field)), keyCell(p.field), p.effect, code("TestProperties/" + string(p.field))}
		for i := range cells {
			cells[i] = strings.ReplaceAll(cells[i], "|", `\|`)
		}
		b.WriteString("| " + strings.Join(cells, " | ") + " |\n")
	}
	b.WriteString(connectionFoot)
	return b.String()
}

func code(s string) string { return "`" + s + "`" }

// codes returns names as they stand in a cell: flags as code, words as they are.
func codes(names []string) string {
	var cells []string
	for _, n := range names {
		n = strings.TrimSpace(strings.ReplaceAll(n, "%s", "VALUE"))
		if strings.HasPrefix(n, "-") || strings.Contains(n, "://") || strings.HasPrefix(n, "ftpwire ") {
			n = code(n)
		}
		cells = append(cells, n)
	}
	return strings.Join(slices.Compact(cells), "; ")
}

// keyCell returns the key of a field, in brackets that of a flag which names files.
func keyCell(field ftpwire.Field) string {
	if key := field.Key(); key != "" {
		return code(key)
	}
	var keys []string
	for _, n := range flagsOf(field) {
		for _, m := range flagPattern.FindAllStringSubmatch(n, -1) {
			keys = append(keys, code(keyOfFlag(m[1]).key))
		}
	}
	return "(" + strings.Join(keys, ", ") + ")"
}

// The page is what the table says, and every row has a test.
func TestConnectionPage(t *testing.T) {
	for _, p := range properties {
		if _, ok := propertyTests[p.field]; !ok {
			t.Fatalf("%s: no test shows it, so that the page can't say it", p.field)
		}
	}
	text := connectionText()
	if *update {
		if err := os.WriteFile(connectionPage, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	is, err := os.ReadFile(connectionPage)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(text, strings.ReplaceAll(string(is), "\r\n", "\n")); diff != "" {
		t.Errorf("%s mismatch (-want +got), -update rewrites it:\n%s", connectionPage, diff)
	}
	fmt.Fprint(t.Output(), len(properties), " properties\n")
}

// flagsOf returns what a field is called on the command line, all ways.
func flagsOf(field ftpwire.Field) (names []string) {
	for _, f := range flagNames {
		if f.field == field && !strings.HasPrefix(f.name, "without ") {
			names = append(names, f.name)
		}
	}
	return names
}
