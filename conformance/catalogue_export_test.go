package conformance

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// WriteCatalogue writes the cases as a Markdown document, a table for each group. The
// example is a case of somebody's own.
func WriteCatalogue(w io.Writer, example string) error {
	b := bufio.NewWriter(w)
	fmt.Fprint(b, catalogueHead, example, "```\n")
	for _, g := range groups() {
		fmt.Fprintf(b, "\n## %s\n\n| Id | Level | RFC | Requirement | Needs | Faults |\n|---|---|---|---|---|---|\n", g.title)
		for _, c := range g.cases {
			level := c.Weight()
			if c.Full {
				level += "; full profile"
			}
			fmt.Fprintf(b, "| `%s` | %s | %s | %s | %s | %s |\n",
				c.ID, level, c.RFC, escapeCell(c.Text), strings.Join(c.Needs, ", "), quotedList(c.Faults))
		}
	}
	return b.Flush()
}

const catalogueHead = `# Conformance cases

This page is generated from the cases themselves: ` + "`go test ./conformance -run Catalogue -update`" + `.

A case has a stable id, a level, and the defects of the embedded server that turn it
red; a test proves that they do. The levels are the words of RFC 2119, and INFO for what
no text demands. RFC 959 is older than those words: its "must" and "shall" are MUST, the
reply lists of its Section 5.4 are SHOULD. ` + "`--level must`" + ` checks MUST and MUST NOT,
` + "`--level should`" + ` SHOULD and SHOULD NOT too, ` + "`--level may`" + `, the default, all. The verdicts:

| Verdict | Meaning |
|---|---|
| PASS | the requirement is met |
| INFO | a fact worth knowing, neither good nor bad |
| UNIMPL | something optional is not implemented |
| SKIP | a need is not met; the reason says which |
| WARN | a SHOULD is missed, or a MUST that most servers miss, or in a way that clients live with |
| FAIL | a MUST is missed: never SHOULD, MAY or INFO |
| ERROR | the check could not be carried out |

Cases marked "widely missed" give WARN where others give FAIL, since most servers in use
miss them; the report says whom that harms. "Security" marks what weighs for security,
whatever its level. "Full profile" marks what ` + "`--profile full`" + ` alone runs, of which
no text demands anything; a pattern of ` + "`--only`" + ` takes it too.

One cause is one finding. Steps that many cases have in common, such as to open a data
connection, belong to one case each. Where such a step fails in another case, the one to
which it belongs is run; if that fails by itself, the other is SKIP "because of" it. Some
cases say nothing while another fails, and are SKIP then, too. A reply that came without a
command, such as a second final reply, is taken away and reported in the row of
` + "`rfc959-5.4-one-final-reply`" + `, so that the session is in step again. A case that fails
because a connection was lost is run once more; if it does not fail then, it is WARN
"flaky", with both dialogues. After every case a NOOP has to be answered; a reply too few
is a failure of that case. Monitors have no steps of their
own: they watch every line of every session; where no line came they are SKIP.

Needs that a flag of ` + "`ftpwire check`" + ` decides:

| Need | Met |
|---|---|
| write | unless ` + "`--read-only`" + ` is set, or the directory to work in is not proven |
| tls, auth, implicit tls, no tls, clear | by the scheme of the URL (` + "`ftp`, `ftpes`, `ftps`" + `), or by ` + "`--tls`" + ` |
| slow | with ` + "`--slow`" + `: the case waits for more than five seconds |
| intrusive | with ` + "`--intrusive`" + `: the case may lock an account or ban an address |

## What a run does to a server

A run makes a directory of its own, and works in it. Before anything else is changed or
removed, the directory is proven: PWD ends in its unique name, a file with another
unique name is listed in it, and that file is not listed in the directory above.
Where that can't be shown nothing more is written and nothing removed; the report says
what was left, where and why, and is INCOMPLETE. Every name that a run gives holds a
word of its own, and only what it has made is removed. A read-only run sends no verb
that could change anything, before the login or after it.

What a server sends is bounded: 8 MiB of data (64 MiB where they are only counted),
1 MiB in answer to one command, three times the timeout for small data. More is a
failure of the case. A run ends after ten minutes unless ` + "`--max-time`" + ` says otherwise,
when three connections in a row lead nowhere, or when it is interrupted; then the report
holds what is known and is INCOMPLETE.

## Cases of your own

Package ` + "`conformance`" + ` runs them with the same runner, sandbox, guard and reports
(` + "`Options.Cases`" + `). A case speaks to the server through its ` + "`T`" + `, and returns if the
requirement is met. Names that it changes or removes come from ` + "`T.Name`" + `: others are
not let through, and the case is SKIP.

` + "```go\n"

func escapeCell(s string) string { return strings.ReplaceAll(s, "|", `\|`) }

func quotedList(words []string) string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = "`" + w + "`"
	}
	return strings.Join(out, ", ")
}

// StepOwners are the ids of the cases to which steps belong.
func StepOwners() []string {
	owners := []string{
		ownGreeting, ownGreetingOnce, ownReply, ownTelnet, ownAuthTLS, ownAfter234, ownPBSZ, ownPROT, ownEPSV, ownEPSVPort, ownPASV, ownTypeI,
		ownTypeA, ownMKD, ownCWD, ownPWD, ownLineEnds, ownMLSDLineEnds, ownRETR, ownServerCloses, ownStorEOF, ownSTOR,
		ownPORT, ownEPRT4, ownEPRT6, ownDataTLS, ownUploadTLS, ownReinTLS, ownCCC, ownImage, ownLIST, ownNLST, ownMLSD, ownReuse, ownSameCert, ownTicketTwice,
		ownTypeStays, ownNoHost, ownMLST, ownDELE, monFinal,
	}
	for _, b := range basics {
		owners = append(owners, b.id)
	}
	return owners
}
