package protocol

import (
	"iter"
	"strings"
)

// A Verb is the name of an FTP command, in capitals: "RETR".
type Verb string

func (v Verb) upper() Verb { return Verb(strings.ToUpper(string(v))) }

// shown is v as errors show it. What is no verb may be a whole line with a
// password in it.
func (v Verb) shown() Verb {
	if v != "" && !validVerb(string(v)) {
		return "?"
	}
	return v
}

// An ArgForm says what may follow a verb.
type ArgForm uint8

// The forms of a command's argument.
const (
	ArgAny      ArgForm = iota // unknown verb: anything, sent as it is
	ArgNone                    // no argument (RFC 959, Section 5.3.1)
	ArgPath                    // one pathname behind exactly one space (RFC 2640, Section 3.1)
	ArgPathOpt                 // a pathname or nothing
	ArgText                    // text that is not a pathname; blanks around it do not count
	ArgTextOpt                 // text or nothing
	ArgVerbatim                // sent and read byte for byte, possibly empty (USER, PASS, ACCT)
	ArgMixed                   // pathnames and other parameters; blanks count (MFMT, XCRC)
)

// A VerbInfo holds what the RFCs say about one verb.
type VerbInfo struct {
	Verb    Verb
	Arg     ArgForm
	Diagram Diagram  // the exchange that a reply is judged by
	States  StateSet // session states in which it may be sent
	Data    bool     // opens a data connection
	RFC     string   // defining document and section
}

// Sets of states that rows of the verb table share.
var (
	anyState  = stateSet(StateUnauthenticated, StateNeedADAT, StateAuthenticated, StateNeedPassword, StateNeedAccount, StateAuthorized)
	preLogin  = stateSet(StateUnauthenticated, StateAuthenticated, StateNeedPassword, StateNeedAccount)
	loggedIn  = stateSet(StateAuthorized)
	protected = stateSet(StateAuthenticated, StateNeedPassword, StateNeedAccount, StateAuthorized)
)

// verbs is the command table: RFC 959, Section 5.4 and its successors.
var verbs = [...]VerbInfo{
	// Access control, RFC 959, Section 4.1.1.
	{"USER", ArgVerbatim, DiagramLogin, anyState.without(StateNeedADAT), false, "959 4.1.1"},
	{"PASS", ArgVerbatim, DiagramLogin, stateSet(StateNeedPassword), false, "959 4.1.1"},
	{"ACCT", ArgVerbatim, DiagramOneReply, stateSet(StateNeedAccount, StateAuthorized), false, "959 4.1.1"},
	{"CWD", ArgPath, DiagramOneReply, loggedIn, false, "959 4.1.1"},
	{"CDUP", ArgNone, DiagramOneReply, loggedIn, false, "959 4.1.1"},
	{"SMNT", ArgPath, DiagramOneReply, loggedIn, false, "959 4.1.1"},
	{"REIN", ArgNone, DiagramWait, anyState, false, "959 4.1.1"},
	{"QUIT", ArgNone, DiagramOneReply, anyState, false, "959 4.1.1"},

	// Transfer parameters, RFC 959, Section 4.1.2.
	{"PORT", ArgText, DiagramOneReply, loggedIn, false, "959 4.1.2"},
	{"PASV", ArgNone, DiagramOneReply, loggedIn, false, "959 4.1.2"},
	{"TYPE", ArgText, DiagramOneReply, loggedIn, false, "959 4.1.2"},
	{"STRU", ArgText, DiagramOneReply, loggedIn, false, "959 4.1.2"},
	{"MODE", ArgText, DiagramOneReply, loggedIn, false, "959 4.1.2"},

	// Service, RFC 959, Section 4.1.3.
	{"RETR", ArgPath, DiagramTransfer, loggedIn, true, "959 4.1.3"},
	{"STOR", ArgPath, DiagramTransfer, loggedIn, true, "959 4.1.3"},
	{"STOU", ArgPathOpt, DiagramTransfer, loggedIn, true, "959 4.1.3"},
	{"APPE", ArgPath, DiagramTransfer, loggedIn, true, "959 4.1.3"},
	{"ALLO", ArgText, DiagramOneReply, loggedIn, false, "959 4.1.3"},
	{"REST", ArgText, DiagramSequence, loggedIn, false, "959 4.1.3; 3659 5"},
	{"RNFR", ArgPath, DiagramSequence, loggedIn, false, "959 4.1.3"},
	{"RNTO", ArgPath, DiagramOneReply, loggedIn, false, "959 4.1.3"},
	{"ABOR", ArgNone, DiagramAbort, anyState, false, "959 4.1.3"},
	{"DELE", ArgPath, DiagramOneReply, loggedIn, false, "959 4.1.3"},
	{"RMD", ArgPath, DiagramOneReply, loggedIn, false, "959 4.1.3"},
	{"MKD", ArgPath, DiagramOneReply, loggedIn, false, "959 4.1.3"},
	{"PWD", ArgNone, DiagramOneReply, loggedIn, false, "959 4.1.3"},
	{"LIST", ArgPathOpt, DiagramTransfer, loggedIn, true, "959 4.1.3"},
	{"NLST", ArgPathOpt, DiagramTransfer, loggedIn, true, "959 4.1.3"},
	{"SITE", ArgText, DiagramOpen, anyState, false, "959 4.1.3"},
	{"SYST", ArgNone, DiagramOneReply, anyState, false, "959 4.1.3"},
	{"STAT", ArgPathOpt, DiagramOneReply, anyState, false, "959 4.1.3"},
	{"HELP", ArgTextOpt, DiagramOneReply, anyState, false, "959 4.1.3"},
	{"NOOP", ArgNone, DiagramOneReply, anyState, false, "959 4.1.3"},

	// Older names that RFC 1123, Section 4.1.3.1 keeps alive.
	{"XCWD", ArgPath, DiagramOneReply, loggedIn, false, "775; 1123 4.1.3.1"},
	{"XCUP", ArgNone, DiagramOneReply, loggedIn, false, "775; 1123 4.1.3.1"},
	{"XMKD", ArgPath, DiagramOneReply, loggedIn, false, "775; 1123 4.1.3.1"},
	{"XPWD", ArgNone, DiagramOneReply, loggedIn, false, "775; 1123 4.1.3.1"},
	{"XRMD", ArgPath, DiagramOneReply, loggedIn, false, "775; 1123 4.1.3.1"},

	// Security, RFC 2228, Section 3 and RFC 4217.
	{"AUTH", ArgText, DiagramLogin, anyState.without(StateNeedADAT), false, "2228 3; 4217 4"},
	{"ADAT", ArgText, DiagramLogin, stateSet(StateNeedADAT), false, "2228 3"},
	{"PBSZ", ArgText, DiagramOneReply, protected, false, "2228 3; 4217 9"},
	{"PROT", ArgText, DiagramOneReply, protected, false, "2228 3; 4217 9"},
	{"CCC", ArgNone, DiagramOneReply, protected, false, "2228 3; 4217 5"},
	{"MIC", ArgText, DiagramEnclosed, protected, false, "2228 3"},
	{"CONF", ArgText, DiagramEnclosed, protected, false, "2228 3"},
	{"ENC", ArgText, DiagramEnclosed, protected, false, "2228 3"},

	// Feature negotiation, RFC 2389, and names, RFC 2640.
	{"FEAT", ArgNone, DiagramOneReply, anyState, false, "2389 3"},
	{"OPTS", ArgText, DiagramOneReply, anyState, false, "2389 4"},
	{"LANG", ArgTextOpt, DiagramOneReply, anyState, false, "2640 4"},

	// Addresses, RFC 2428 and RFC 1639.
	{"EPRT", ArgText, DiagramOneReply, loggedIn, false, "2428 2"},
	{"EPSV", ArgTextOpt, DiagramOneReply, loggedIn, false, "2428 3"},
	{"LPRT", ArgText, DiagramOneReply, loggedIn, false, "1639 3"},
	{"LPSV", ArgNone, DiagramOneReply, loggedIn, false, "1639 4"},
	{"CPSV", ArgNone, DiagramOneReply, loggedIn, false, "practice: PASV whose server is the TLS client"},

	// Extensions, RFC 3659. MDTM with a time before the pathname sets it on some
	// servers; RFC 3659, Section 3.1 makes that a name, so nothing is cut off here.
	{"MDTM", ArgPath, DiagramOneReply, loggedIn, false, "3659 3"},
	{"SIZE", ArgPath, DiagramOneReply, loggedIn, false, "3659 4"},
	{"MLST", ArgPathOpt, DiagramOneReply, loggedIn, false, "3659 7"},
	{"MLSD", ArgPathOpt, DiagramTransfer, loggedIn, true, "3659 7"},

	// Virtual hosts, RFC 7151, and gateways between address families, RFC 6384.
	{"HOST", ArgText, DiagramOneReply, preLogin, false, "7151 3"},
	{"ALGS", ArgText, DiagramOneReply, anyState, false, "6384 11"},

	// Hashes and ranges.
	{"HASH", ArgPath, DiagramOneReply, loggedIn, false, "draft-bryan-ftpext-hash"},
	{"RANG", ArgText, DiagramSequence, loggedIn, false, "draft-bryan-ftp-range"},
	{"XCRC", ArgMixed, DiagramOneReply, loggedIn, false, "draft-bryan-ftpext-hash B"},
	{"XMD5", ArgMixed, DiagramOneReply, loggedIn, false, "draft-bryan-ftpext-hash B"},
	{"XSHA", ArgMixed, DiagramOneReply, loggedIn, false, "draft-bryan-ftpext-hash B"},
	{"XSHA1", ArgMixed, DiagramOneReply, loggedIn, false, "draft-bryan-ftpext-hash B"},
	{"XSHA256", ArgMixed, DiagramOneReply, loggedIn, false, "draft-bryan-ftpext-hash B"},
	{"XSHA512", ArgMixed, DiagramOneReply, loggedIn, false, "draft-bryan-ftpext-hash B"},
	{"MD5", ArgPath, DiagramOneReply, loggedIn, false, "draft-twine-ftpmd5"},
	{"MMD5", ArgMixed, DiagramOneReply, loggedIn, false, "draft-twine-ftpmd5"},
	{"CKSM", ArgMixed, DiagramOneReply, loggedIn, false, "GFD.47"},

	// Facts that a client sets.
	{"MFMT", ArgMixed, DiagramOneReply, loggedIn, false, "draft-somers-ftp-mfxx"},
	{"MFCT", ArgMixed, DiagramOneReply, loggedIn, false, "draft-somers-ftp-mfxx"},
	{"MFF", ArgMixed, DiagramOneReply, loggedIn, false, "draft-somers-ftp-mfxx"},

	// Streamlined commands.
	{"AVBL", ArgPathOpt, DiagramOneReply, loggedIn, false, "draft-peterson-streamlined-ftp-command-extensions"},
	{"DSIZ", ArgPathOpt, DiagramOneReply, loggedIn, false, "draft-peterson-streamlined-ftp-command-extensions"},
	{"RMDA", ArgPath, DiagramOneReply, loggedIn, false, "draft-peterson-streamlined-ftp-command-extensions"},
	{"THMB", ArgMixed, DiagramTransfer, loggedIn, true, "draft-peterson-streamlined-ftp-command-extensions"},
	{"CSID", ArgText, DiagramOneReply, anyState, false, "draft-peterson-streamlined-ftp-command-extensions"},

	// Widespread without a document.
	{"CLNT", ArgText, DiagramOneReply, anyState, false, "practice"},
	{"PRET", ArgMixed, DiagramOneReply, loggedIn, false, "practice: what the data connection will be for"},
	{"SSCN", ArgTextOpt, DiagramOneReply, loggedIn, false, "practice: which side is the TLS client"},
	{"ESTA", ArgNone, DiagramOneReply, loggedIn, false, "practice: pure-ftpd"},
	{"ESTP", ArgNone, DiagramOneReply, loggedIn, false, "practice: pure-ftpd"},
	{"COMB", ArgMixed, DiagramOneReply, loggedIn, false, "practice: joins parts of a file"},
}

var verbIndex = func() map[Verb]*VerbInfo {
	m := make(map[Verb]*VerbInfo, len(verbs))
	for i := range verbs {
		m[verbs[i].Verb] = &verbs[i]
	}
	return m
}()

// LookupVerb returns what is known of verb v, in capitals or not.
// For a verb that no table holds it returns false and a VerbInfo that allows any
// argument in any state and judges replies by [DiagramOpen].
func LookupVerb(v Verb) (VerbInfo, bool) {
	if i, ok := verbIndex[v]; ok {
		return *i, true
	}
	v = v.upper()
	if i, ok := verbIndex[v]; ok {
		return *i, true
	}
	return VerbInfo{Verb: v, Arg: ArgAny, Diagram: DiagramOpen, States: anyState}, false
}

// Verbs yields the command table in the order of its documents.
func Verbs() iter.Seq[VerbInfo] {
	return func(yield func(VerbInfo) bool) {
		for _, v := range verbs {
			if !yield(v) {
				return
			}
		}
	}
}
