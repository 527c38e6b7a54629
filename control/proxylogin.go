package control

import (
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"

	"github.com/ftpwire/ftpwire/protocol"
)

// A LoginProxy is an FTP proxy that was dialled in place of the server. The login tells
// it which server to connect to. There is no standard; the kinds are those that other
// clients have.
//
// TLS ends at the proxy, so the proxy can read everything.
type LoginProxy struct {
	Kind ProxyKind // the form of the login

	// Host is the server behind the proxy, "host" or "host:port". A port of 21 is not
	// sent.
	Host string

	// User and Password log in to the proxy itself. If User is "", the proxy wants no
	// login, and the lines for it are left out.
	User, Password string

	// Script is the login for ProxyScript, at most 20 lines.
	Script []LoginLine
}

// ProxyKind is the way in which a proxy learns the server and the logins.
type ProxyKind uint8

// The kinds. %u, %p and %a are user, password and account, %h the server, %s and %w
// user and password of the proxy. PASS and ACCT are sent if the proxy asks for them.
const (
	ProxyUserAtHost      ProxyKind = iota // USER %u@%h, after USER %s and PASS %w if the proxy has a user
	ProxySite                             // the proxy's login, SITE %h, USER %u
	ProxyOpen                             // the proxy's login, OPEN %h, USER %u
	ProxyUserAccount                      // USER %u@%h %s, PASS %p, ACCT %w
	ProxyJoined                           // USER %u@%s@%h, PASS %p@%w
	ProxyUserAtHostFirst                  // USER %s@%h, PASS %w, USER %u, PASS %p
	ProxyScript                           // LoginProxy.Script
	proxyKinds
)

var proxyKindNames = [...]string{"user@host", "site", "open", "account", "joined", "proxyuser@host", "script"}

// String returns the kind's name: "user@host", "site", "open", "account", "joined",
// "proxyuser@host" or "script".
func (k ProxyKind) String() string {
	if int(k) < len(proxyKindNames) {
		return proxyKindNames[k]
	}
	return "unknown"
}

// parseProxyKind returns the kind of that name; see [ProxyKind.String].
func parseProxyKind(name string) (ProxyKind, error) {
	if i := slices.Index(proxyKindNames[:], strings.ToLower(name)); i >= 0 {
		return ProxyKind(i), nil
	}
	return 0, fmt.Errorf("ftp: kind of proxy %q is none of %s", name, strings.Join(proxyKindNames[:], ", "))
}

// A LoginLine is a command of a login.
type LoginLine struct {
	// Send is the command. In it %u, %p and %a stand for user, password and account of
	// the server, %h for its host, with the port if that is not 21, %o for the port
	// alone, %s and %w for user and password of the proxy, %% for a percent sign. A
	// line that needs an account, or a user of the proxy, is left out if there is none.
	// PASS and ACCT are left out unless the reply before asks for them.
	Send string

	// Expect holds the reply codes after which the login goes on; a single digit stands
	// for its whole class. If empty, they are 2yz and 3yz.
	Expect []protocol.Code
}

// proxyScripts are the kinds as lines. The server's ACCT comes last in all of them.
var proxyScripts = [...][]string{
	ProxyUserAtHost:      {"USER %s", "PASS %w", "USER %u@%h", "PASS %p", "ACCT %a"},
	ProxySite:            {"USER %s", "PASS %w", "SITE %h", "USER %u", "PASS %p", "ACCT %a"},
	ProxyOpen:            {"USER %s", "PASS %w", "OPEN %h", "USER %u", "PASS %p", "ACCT %a"},
	ProxyUserAccount:     {"USER %u@%h %s", "PASS %p", "ACCT %w"},
	ProxyJoined:          {"USER %u@%s@%h", "PASS %p@%w", "ACCT %a"},
	ProxyUserAtHostFirst: {"USER %s@%h", "PASS %w", "USER %u", "PASS %p", "ACCT %a"},
}

const maxScript = 20

// lines returns the lines of p's login.
func (p *LoginProxy) lines() ([]LoginLine, error) {
	switch {
	case p.Kind >= proxyKinds:
		return nil, errors.New("the kind is unknown")
	case p.Kind == ProxyScript && len(p.Script) == 0:
		return nil, errors.New("the script is empty")
	case p.Kind == ProxyScript && len(p.Script) > maxScript:
		return nil, fmt.Errorf("the script has more than %d lines", maxScript)
	case p.Kind == ProxyScript:
		return p.Script, nil
	case p.User == "" && p.Kind >= ProxyUserAccount:
		return nil, fmt.Errorf("a proxy of kind %s needs a user of its own", p.Kind)
	}
	var lines []LoginLine
	for _, s := range proxyScripts[p.Kind] {
		lines = append(lines, LoginLine{Send: s})
	}
	return lines, nil
}

// prepare returns the lines of p's login and the values for them. It returns an error for
// everything that would otherwise fail in the middle of the login.
func (p *LoginProxy) prepare() ([]LoginLine, map[byte]string, error) {
	refuse := func(step string, err error) ([]LoginLine, map[byte]string, error) {
		return nil, nil, &ProxyError{Step: step, Err: err}
	}
	lines, err := p.lines()
	if err != nil {
		return refuse("which cannot begin", err)
	}
	host, port, err := p.target()
	if err != nil {
		return refuse("which cannot begin", err)
	}
	values := map[byte]string{'h': host, 'o': port, 's': p.User, 'w': p.Password}
	if err := plainSendable(protocol.Command{Verb: "USER", Arg: p.User}, protocol.Command{Verb: "PASS", Arg: p.Password}); err != nil {
		return refuse("which cannot begin", err)
	}
	for _, l := range lines {
		if err := l.check(values); err != nil {
			return refuse(l.shown(), err)
		}
	}
	return lines, values, nil
}

// target splits Host into the values of %h and %o.
func (p *LoginProxy) target() (host, port string, err error) {
	host, port, err = net.SplitHostPort(p.Host)
	if err != nil {
		host, port = p.Host, "21"
	}
	if host, err = hostArg(host); err != nil {
		return "", "", fmt.Errorf("the server %q: %w", p.Host, err)
	}
	if !isPort(port) {
		return "", "", fmt.Errorf("the server %q: the port is no number from 1 to 65535", p.Host)
	}
	if port != "21" {
		host += ":" + port
	}
	return host, port, nil
}

// shown returns l for errors. A script may itself hold a password.
func (l LoginLine) shown() string {
	_, arg, _ := strings.Cut(l.Send, " ")
	switch l.Send {
	case "PASS %p", "PASS %w", "PASS %p@%w", "ACCT %a", "ACCT %w":
		return l.Send
	}
	return protocol.Command{Verb: l.verb(), Arg: arg}.String()
}

// verb returns the command's verb.
func (l LoginLine) verb() protocol.Verb {
	verb, _, _ := strings.Cut(l.Send, " ")
	return upper(protocol.Verb(verb))
}

// check returns an error if l is not a valid line. For the check, a word stands for each
// value of the login.
func (l LoginLine) check(values map[byte]string) error {
	trial := map[byte]string{'u': "u", 'p': "p", 'a': "a", 's': "s", 'w': "w", 'h': values['h'], 'o': values['o']}
	for i := 0; i < len(l.Send); i++ {
		if l.Send[i] != '%' {
			continue
		}
		if i++; i == len(l.Send) || l.Send[i] != '%' && trial[l.Send[i]] == "" {
			return errors.New("a percent sign stands before none of u, p, a, h, o, s, w and %")
		}
	}
	cmd, _ := l.command(trial)
	info, _ := protocol.LookupVerb(cmd.Verb)
	switch {
	case info.MovesData():
		return errors.New("the command moves data")
	case cmd.Verb == "AUTH", cmd.Verb == "ADAT", cmd.Verb == "CCC", cmd.Verb == "REIN":
		return errors.New("the command changes the protection of the connection")
	}
	return plainSendable(cmd)
}

// command returns l with values in place of their letters. ok is false if the line must
// be left out.
func (l LoginLine) command(values map[byte]string) (cmd protocol.Command, ok bool) {
	_, arg, _ := strings.Cut(l.Send, " ")
	var b strings.Builder
	ok = true
	for i := 0; i < len(arg); i++ {
		if arg[i] != '%' || i+1 == len(arg) {
			b.WriteByte(arg[i])
			continue
		}
		i++
		switch arg[i] {
		case '%':
			b.WriteByte('%')
			continue
		case 'a':
			ok = ok && values['a'] != ""
		case 's', 'w':
			ok = ok && values['s'] != ""
		}
		b.WriteString(values[arg[i]])
	}
	return protocol.Command{Verb: l.verb(), Arg: b.String()}, ok
}

// expects reports whether the login goes on after r, or after err.
func (l LoginLine) expects(r protocol.Reply, err error) bool {
	if re, refused := errors.AsType[*protocol.ReplyError](err); refused {
		r = re.Reply
		if r.Code == 421 {
			return false
		}
	} else if err != nil {
		return false
	}
	if len(l.Expect) == 0 {
		return err == nil
	}
	return slices.Contains(l.Expect, r.Code) || slices.Contains(l.Expect, protocol.Code(r.Code.Class()))
}
