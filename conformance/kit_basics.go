package conformance

import "slices"

// A basic is a case about what a command is for. Where it fails by itself, nothing can be
// said of what other cases found with the help of that command.
type basic struct {
	id    string
	verbs []string // all of which the other case has sent
}

// basics are in order: one rests on those before it. What servers in use miss is not among
// them, since a case that fails because of something else must not be hidden.
var basics = []basic{
	{monSyntax, []string{garbage}},
	{ownTypeI, []string{"TYPE"}},
	{ownTypeA, []string{typeA}},
	{ownPWD, []string{"PWD"}},
	{ownMKD, []string{"MKD"}},
	{ownCWD, []string{"CWD"}},
	{"rfc959-5.4-cdup", []string{"CDUP"}},
	{ownEPSV, []string{"EPSV"}},
	{ownEPSVPort, []string{"EPSV"}},
	{ownPASV, []string{"PASV"}},
	{"rfc959-5.4-retr-missing", []string{"RETR"}},
	{ownRETR, []string{"RETR"}},
	{ownServerCloses, []string{"RETR"}},
	{ownStorEOF, []string{"STOR"}},
	{ownSTOR, []string{"STOR"}},
	{"rfc3659-3.1-mdtm-format", []string{"MDTM"}},
	{"rfc3659-3.2-mdtm-missing", []string{"MDTM"}},
	{"rfc3659-2.3-mdtm-utc", []string{"MDTM"}},
	{"rfc959-4.1.3-retr-no-side-effect", []string{"RETR"}},
	{ownTypeStays, []string{"RETR"}},
	{ownTypeStays, []string{"STOR"}},
	{ownTypeStays, []string{"SIZE"}},
	{ownImage, []string{"RETR"}},
	{ownImage, []string{"STOR"}},
	{"rfc959-4.1.3-stor-replaces", []string{"STOR"}},
	{"rfc959-4.1.3-appe", []string{"APPE"}},
	{"rfc3659-5.3-rest-retr", []string{"REST", "RETR"}},
	{"rfc3659-4-size-image", []string{"SIZE"}},
	{"rfc959-3.1.1.1-ascii-retr", []string{typeA, "RETR"}},
	{ownMLST, []string{"MLST"}},
	{ownMLSD, []string{"MLSD"}},
	{ownMLSDLineEnds, []string{"MLSD"}},
	{"rfc3659-7.2-entry-grammar", []string{"MLST"}},
	{"rfc3659-7.2-entry-grammar", []string{"MLSD"}},
	{ownNoSlash, []string{"MLSD"}},
	{ownLIST, []string{"LIST"}},
	{ownNLST, []string{"NLST"}},
	{"rfc959-3.1.1.3-image-empty", []string{"STOR"}},
	{"rfc3659-7.8-feat-mlst-true", []string{"OPTS"}},
	{"rfc2389-3.2-feat-format", []string{"FEAT"}},
	{"rfc959-5.4-rmd", []string{"RMD"}},
	{"rfc959-5.4-rnfr-rnto", []string{"RNFR"}},
	{monOne1yz, []string{"ABOR"}},
	{monOne1yz, []string{"STAT"}},
	{ownABOR, []string{"ABOR"}},
	{ownUnknown, []string{"ACCT"}},
	{ownUnknown, []string{"ADAT"}},
	{ownUnknown, []string{"ALGS"}},
	{ownUnknown, []string{"AUTH"}},
	{ownUnknown, []string{"CCC"}},
	{ownUnknown, []string{"HOST"}},
	{ownUnknown, []string{"LANG"}},
	{ownUnknown, []string{"SMNT"}},
}

// Besides verbs, TYPE A is noted, and that a line came which is no reply.
const (
	typeA   = "TYPE A"
	garbage = "no reply"
)

// tlsOwners are cases about TLS on data connections that judge a refusal more particularly
// than others.
var tlsOwners = []string{ownSameCert, ownReuse, ownTicketTwice}

// suspectBasics names the basics of all commands that a case has sent. It is called before
// its connections are put in order.
func (t *T) suspectBasics() {
	if slices.Contains(tlsOwners, t.id) {
		return // what fails with every data connection is theirs
	}
	conns := t.opened
	if t.run.shared != nil && t.run.shared.tape == t.tape {
		conns = append([]*Conn{t.run.shared}, conns...)
	}
	sent := func(verb string) bool {
		return slices.ContainsFunc(conns, func(c *Conn) bool { return c.sent[verb] })
	}
	for _, b := range basics {
		if b.id == t.id {
			break
		}
		if b.id == ownABOR && t.id == "rfc4217-14-abor-tls" {
			continue // it asks the same, in another place
		}
		if !slices.ContainsFunc(b.verbs, func(v string) bool { return !sent(v) }) {
			t.suspect(b.id)
		}
	}
}
