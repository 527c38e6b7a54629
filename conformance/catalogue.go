package conformance

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"
)

// WriteList writes one line for each case: id, level, RFC and requirement.
func WriteList(w io.Writer) error {
	b := bufio.NewWriter(w)
	for _, c := range Cases() {
		fmt.Fprintf(b, "%-40s %-10s %s: %s\n", c.ID, c.Level, c.RFC, c.Text)
	}
	return b.Flush()
}

// WriteCatalogue writes the cases as a Markdown document, a table for each group.
func WriteCatalogue(w io.Writer) error {
	b := bufio.NewWriter(w)
	fmt.Fprint(b, catalogueHead)
	for _, g := range groups() {
		fmt.Fprintf(b, "\n## %s\n\n| Id | Level | RFC | Requirement | Needs | Faults |\n|---|---|---|---|---|---|\n", g.title)
		for _, c := range g.cases {
			level := c.Level.String()
			if c.Lenient {
				level += " (widely missed)"
			}
			fmt.Fprintf(b, "| `%s` | %s | %s | %s | %s | %s |\n",
				c.ID, level, c.RFC, escapeCell(c.Text), strings.Join(c.Needs, ", "), quotedList(c.Faults))
		}
	}
	return b.Flush()
}

const catalogueHead = `# Conformance cases

This page is generated from the cases themselves: ` + "`go test ./conformance -run Catalogue -update`" + `.

A case has a stable id, a level in the words of RFC 2119, and the defects of the
embedded server that turn it red; a test proves that they do. The verdicts:

| Verdict | Meaning |
|---|---|
| PASS | the requirement is met |
| INFO | a fact worth knowing, neither good nor bad |
| UNIMPL | something optional is not implemented |
| SKIP | a need is not met; the reason says which |
| WARN | a SHOULD is missed, or a MUST in a way that clients live with |
| FAIL | a MUST is missed |
| ERROR | the check could not be carried out |

Cases marked "widely missed" give WARN where others give FAIL: most servers in use
miss them. After every case a NOOP has to be answered as NOOP is; a reply too many
or too few is FAIL, whatever the case has found. Monitors have no steps of their
own: they watch every line of every session; where no line came they are SKIP.

## What a run does to a server

A run makes a directory of its own, and works in it. Before anything is changed or
removed, the directory is proven: PWD ends in its unique name, a file with another
unique name is listed in it, and that file is not listed in the directory above.
Where that can't be shown nothing is written and nothing removed; the report says
what was left, where and why, and is INCOMPLETE. Every name that a run gives holds a
word of its own, and only what it has made is removed. A read-only run sends no verb
that could change anything, before the login or after it.

What a server sends is bounded: 8 MiB of data (64 MiB where they are only counted),
1 MiB in answer to one command, three times the timeout for small data. More is a
failure of the case. A run ends after ten minutes (` + "`--max-time`" + `), when three connections
in a row lead nowhere, or when it is interrupted; then the report holds what is
known and is INCOMPLETE.
`

type group struct {
	title string
	cases []Case
}

// groups returns the cases in the order of Cases, by subject.
func groups() []group {
	return []group{
		{"Monitors", monitorCases},
		{"Control connection", controlCases},
		{"Command lines and Telnet", lineCases},
		{"Login, logout and REIN", slices.Concat(loginCases, accountCases)},
		{"Directories, files and information", slices.Concat(fileCases, mountCases)},
		{"TYPE, STRU and MODE", slices.Concat(typeCases, formatCases)},
		{"Data connections", dataCases},
		{"Transfers and listings", transferCases},
		{"Records, MODE B, MODE C and restart markers", slices.Concat(recordCases, blockCases, markerCases, compressedCases)},
		{"MODE Z", deflateCases},
		{"ABOR", abortCases},
		{"MDTM and SIZE", factCases},
		{"REST and TVFS", restartCases},
		{"MLST and facts", mlstCases},
		{"MLSD", mlsdCases},
		{"FEAT, OPTS and UTF-8", featCases},
		{"EPSV and EPRT", extendedCases},
		{"AUTH and TLS", slices.Concat(authCases, mechanismCases)},
		{"PBSZ, PROT, CCC and TLS on data connections", protCases},
		{"HOST", hostCases},
		{"LANG and names", langCases},
		{"HASH and RANG", hashCases},
		{"Commands of drafts and of practice", draftCases},
	}
}

func escapeCell(s string) string { return strings.ReplaceAll(s, "|", `\|`) }

func quotedList(words []string) string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = "`" + w + "`"
	}
	return strings.Join(out, ", ")
}
