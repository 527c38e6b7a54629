package ftptest

import (
	"errors"
	"maps"
	"slices"

	"github.com/ftpwire/ftpwire/protocol"
)

// A handler carries out a command and replies to it, or starts a transfer that
// will.
type handler struct {
	run   func(s *session, arg string)
	login bool // refuses with 530 what protocol's verb table allows before login
}

// handlers returns the commands that the server has. What protocol's verb table
// holds and this one does not is refused with 502, all else with 500.
func handlers() map[protocol.Verb]handler {
	return map[protocol.Verb]handler{
		"USER": {run: (*session).userCommand},
		"PASS": {run: (*session).pass},
		"ACCT": {run: (*session).acct},
		"HOST": {run: (*session).hostCommand},
		"SMNT": {run: (*session).smnt},
		"REIN": {run: (*session).rein},
		"QUIT": {run: (*session).quit},
		"CWD":  {run: (*session).cwdCommand},
		"CDUP": {run: (*session).cdup},
		"PWD":  {run: (*session).pwd},
		"MKD":  {run: (*session).mkd},
		"RMD":  {run: (*session).rmd},
		"XCWD": {run: (*session).cwdCommand},
		"XCUP": {run: (*session).cdup},
		"XPWD": {run: (*session).pwd},
		"XMKD": {run: (*session).mkd},
		"XRMD": {run: (*session).rmd},
		"DELE": {run: (*session).dele},
		"RNFR": {run: (*session).rnfr},
		"RNTO": {run: (*session).rnto},

		"TYPE": {run: (*session).typeCommand},
		"STRU": {run: (*session).stru},
		"MODE": {run: (*session).mode},
		"PORT": {run: (*session).port},
		"EPRT": {run: (*session).eprt},
		"PASV": {run: (*session).pasv},
		"EPSV": {run: (*session).epsv},
		"REST": {run: (*session).rest},
		"ALLO": {run: (*session).allo},

		"RETR": {run: (*session).retr},
		"STOR": {run: (*session).stor},
		"STOU": {run: (*session).stou},
		"APPE": {run: (*session).appe},
		"LIST": {run: (*session).list},
		"NLST": {run: (*session).nlst},
		"MLSD": {run: (*session).mlsd},
		"MLST": {run: (*session).mlst},
		"ABOR": {run: (*session).abor},
		"STAT": {run: (*session).stat},

		"SIZE": {run: (*session).sizeCommand},
		"MDTM": {run: (*session).mdtm},
		"MFMT": {run: (*session).mfmt, login: true},
		"MFF":  {run: (*session).mff, login: true},
		"HASH": {run: (*session).hashCommand, login: true},
		"RANG": {run: (*session).rang, login: true},
		"MD5":  {run: (*session).md5Command, login: true},
		"AVBL": {run: (*session).avbl, login: true},
		"XCRC": {run: xhash("CRC32"), login: true},
		"XMD5": {run: xhash("MD5"), login: true},
		"XSHA": {run: xhash("SHA-1"), login: true},
		"SITE": {run: (*session).site, login: true},
		"SYST": {run: (*session).syst},
		"HELP": {run: (*session).help},
		"NOOP": {run: (*session).noop},
		"CLNT": {run: (*session).clnt},
		"FEAT": {run: (*session).feat},
		"OPTS": {run: (*session).opts},
		"LANG": {run: (*session).lang},

		"XSHA1":   {run: xhash("SHA-1"), login: true},
		"XSHA256": {run: xhash("SHA-256"), login: true},
		"XSHA512": {run: xhash("SHA-512"), login: true},

		"AUTH": {run: (*session).auth},
		"PBSZ": {run: (*session).pbsz},
		"PROT": {run: (*session).prot},
		"CCC":  {run: (*session).ccc},
		"SSCN": {run: (*session).sscn},
		"CPSV": {run: (*session).cpsv},
	}
}

// known are verbs of RFCs that neither table holds.
var known = []protocol.Verb{"MIC", "CONF", "ENC", "LPRT", "LPSV", "ALGS"}

// command carries out one command, or refuses it.
func (s *session) command(e protocol.Event) {
	if s.latin1 {
		e.Command.Arg = fromLatin1(e.Command.Arg)
	}
	last := s.last
	s.current, s.last = e.Command, e.Command.Verb
	if e.Command.Verb != "" {
		s.srv.note(e.Command)
		s.log.Debug("command", "line", e.Command.String())
	} else {
		s.current.Verb = "?" // malformed; "" is the greeting
	}
	if s.deviate(e) {
		return
	}
	if refusal := s.refuse(e, last); refusal.Code != 0 {
		s.replyTo(s.current.Verb, refusal)
		return
	}
	s.perform(e.Command)
}

// deviate gives the command to the faults and reports whether one has dealt with it.
func (s *session) deviate(e protocol.Event) bool {
	refusal, illegal := errors.AsType[*protocol.SequenceError](e.Err)
	for _, f := range s.srv.faults {
		switch {
		case e.Err == nil && f.command != nil && f.command(s, e.Command),
			illegal && f.illegal != nil && f.illegal(s, e.Command, refusal):
			return true
		}
	}
	return false
}

// perform runs the handler of a command, which there must be.
func (s *session) perform(c protocol.Command) { s.srv.commands[c.Verb].run(s, c.Arg) }

// refuse returns the reply to a command that is not to be carried out, or the
// zero Reply.
func (s *session) refuse(e protocol.Event, last protocol.Verb) protocol.Reply {
	if seq, is := errors.AsType[*protocol.SequenceError](e.Err); is {
		return protocol.NewReply(seq.Code, "Refused: "+seq.Reason)
	}
	if syn, is := errors.AsType[*protocol.SyntaxError](e.Err); is {
		return protocol.NewReply(500, "Syntax error: "+syn.Reason)
	}
	if low := s.tooLow(e); low.Code != 0 {
		return low
	}
	h, ok := s.srv.commands[e.Command.Verb]
	info, listed := protocol.LookupVerb(e.Command.Verb)
	switch {
	case !ok && (listed || slices.Contains(known, e.Command.Verb)):
		return protocol.NewReply(502, "Command not implemented")
	case !ok:
		return protocol.NewReply(500, "Command not understood")
	case h.login && s.machine.State() != protocol.StateAuthorized:
		return protocol.NewReply(530, "Not logged in")
	case e.Command.Verb == "PASS" && last != "USER":
		return protocol.NewReply(503, "PASS must follow USER immediately") // RFC 959, Section 4.1.1
	case e.Command.Verb == "RNTO" && last != "RNFR":
		return protocol.NewReply(503, "RNTO must follow RNFR immediately") // RFC 959, Section 4.1.3
	}
	return badArgument(info, e.Command.Arg)
}

// badArgument checks that there is an argument where there must be one.
func badArgument(info protocol.VerbInfo, arg string) protocol.Reply {
	switch info.Arg {
	case protocol.ArgNone:
		if arg != "" {
			return protocol.NewReply(501, string(info.Verb)+" takes no argument")
		}
	case protocol.ArgPath, protocol.ArgText:
		if arg == "" {
			return protocol.NewReply(501, string(info.Verb)+" needs an argument")
		}
	case protocol.ArgVerbatim:
		if arg == "" && info.Verb != "PASS" {
			return protocol.NewReply(501, string(info.Verb)+" needs an argument")
		}
	}
	return protocol.Reply{}
}

// verbs returns the commands that the server has, sorted.
func (s *Server) verbs() []protocol.Verb { return slices.Sorted(maps.Keys(s.commands)) }
