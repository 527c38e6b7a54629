package protocol

// A Diagram is one of the drawings of RFC 959, Section 6: it says what the
// replies to a command mean.
type Diagram uint8

// The diagrams. The zero value takes the diagram of the verb table.
const (
	DiagramByVerb   Diagram = iota // the Diagram that LookupVerb has
	DiagramOneReply                // one completion reply: CWD, PASV, TYPE, RNTO
	DiagramTransfer                // a preliminary reply, then a completion reply: RETR, LIST
	DiagramSequence                // an intermediate reply that the next command continues: RNFR, REST
	DiagramLogin                   // completion or intermediate: USER, PASS, AUTH
	DiagramWait                    // a preliminary reply may come first; no data: REIN, the greeting
	DiagramAbort                   // ABOR, whose reply can fall together with the transfer's
	DiagramOpen                    // verbs without a drawing, SITE: completion or intermediate
	DiagramEnclosed                // MIC, CONF, ENC sent by hand: whatever answers the command inside
	diagramCount
)

// String returns the diagram's name.
func (d Diagram) String() string {
	names := [...]string{"by verb", "one reply", "transfer", "sequence", "login", "wait", "abort", "open", "enclosed"}
	if int(d) < len(names) {
		return names[d]
	}
	return "unknown"
}

// An Outcome is what a reply means for the command that it belongs to.
type Outcome uint8

// The outcomes. All but Wait end the exchange.
const (
	Violation Outcome = iota // the reply is of a class that the diagram excludes
	Wait                     // preliminary: another reply follows
	Success                  // the command was carried out
	Continue                 // the server waits for the next command of the sequence
	Failure                  // refused; nothing was done
)

// String returns the outcome's name.
func (o Outcome) String() string {
	names := [...]string{"violation", "wait", "success", "continue", "failure"}
	if int(o) < len(names) {
		return names[o]
	}
	return "unknown"
}

// verdicts holds the outcome of a 1yz to 6yz reply under each diagram of
// RFC 959, Section 6. 6yz replies enclose another (RFC 2228, Section 5.2): a machine
// that has the mechanism judges the one inside.
var verdicts = [diagramCount][6]Outcome{
	//                1yz        2yz      3yz        4yz      5yz      6yz
	DiagramOneReply: {Violation, Success, Violation, Failure, Failure, Violation},
	DiagramTransfer: {Wait, Success, Violation, Failure, Failure, Violation},
	DiagramSequence: {Violation, Violation, Continue, Failure, Failure, Violation},
	DiagramLogin:    {Violation, Success, Continue, Failure, Failure, Violation},
	DiagramWait:     {Wait, Success, Violation, Failure, Failure, Violation},
	DiagramAbort:    {Violation, Success, Violation, Failure, Failure, Violation},
	DiagramOpen:     {Violation, Success, Continue, Failure, Failure, Violation},
	DiagramEnclosed: {Wait, Success, Continue, Failure, Failure, Success},
}

// An exchange is one command and the replies that have come for it.
type exchange struct {
	cmd         Command
	diagram     Diagram
	level       Level // that the command came or went with
	preliminary int
	repeated    bool // the last 1yz was not the first
	guessed     bool // a refusal that may have been meant for it went to another
	stored      bool // it waited for ACCT
}

// judge reports what a reply with code c means for the command in flight.
//
// RFC 959, Section 4.2 allows one 1yz reply for each command, not counting restart
// markers (110). Some servers send two, so more of them are tolerated, up to limit.
func (x *exchange) judge(c Code, limit int) Outcome {
	if c.Class() < 1 || c.Class() > 6 {
		return Violation
	}
	out := verdicts[x.diagram][c.Class()-1]
	if out == Success && x.cmd.Verb == "AUTH" && c != 234 {
		// Only 234 starts TLS (RFC 4217, Section 4). A driver that took another
		// completion reply for it would send the password in clear text.
		return Failure
	}
	if out == Continue && x.cmd.Verb == "AUTH" && x.cmd.Arg != "" && transport(x.cmd.Arg) {
		return Failure // TLS has no security data to wait for (RFC 4217, Section 17)
	}
	if out == Success && x.guessed && c != 226 && c != 250 {
		return Violation // it is not clear which command was refused, and which one this answers
	}
	x.repeated = false
	if out == Wait && (c != 110 || x.diagram != DiagramTransfer) {
		x.preliminary++
		if x.preliminary > limit {
			return Violation
		}
		x.repeated = x.preliminary > 1
	}
	return out
}
