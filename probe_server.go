package ftpwire

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/protocol"
)

// A ProbeServer is what a server is, as far as it shows.
type ProbeServer struct {
	Name     string   `json:"name"`     // by its behaviour, "" if that is not known
	Evidence []string `json:"evidence"` // what speaks for it
	Greeting string   `json:"greeting"`
	System   string   `json:"system"`   // the reply to SYST, secrets masked; "" if there was none
	Features []string `json:"features"` // the names in the reply to FEAT
	Quirks   []string `json:"quirks"`   // that were worked around
}

// serverEvidence is what was gathered about a server.
type serverEvidence struct {
	greeting string
	system   string
	features *parse.Features
	replies  []probeReply
	quirks   []string
}

// add takes in what a connection has shown.
func (e *serverEvidence) add(t *probeTap, c *control.Conn) {
	t.mu.Lock()
	e.replies = append(e.replies, t.replies...)
	t.mu.Unlock()
	for _, q := range c.Quirks() {
		if !slices.Contains(e.quirks, string(q.Name)) {
			e.quirks = append(e.quirks, string(q.Name))
		}
	}
}

// findSystem asks what system the server is.
func (r *probeRun) findSystem(ctx context.Context) {
	if reply, err := r.conn.Do(ctx, protocol.Command{Verb: "SYST"}); err == nil {
		r.server.system = r.masked(reply.Text())
	}
}

// A serverTrait is something that a server does and others do not: words of a reply, which
// administrators do not change, or a feature that FEAT lists. Greetings do not count, since
// they are made to be changed.
type serverTrait struct {
	server string
	verb   protocol.Verb // "" for a feature
	words  string        // lower case, in the reply; or the name of the feature
}

// serverTraits were seen on the servers that docs/servers.md names, and in recordings that
// are public.
var serverTraits = []serverTrait{
	{"vsftpd", "LIST", "here comes the directory listing"},
	{"vsftpd", "LIST", "directory send ok"},
	{"vsftpd", "AUTH", "proceed with negotiation"},
	{"vsftpd", "PASS", "230 login successful"},
	{"vsftpd", "", "PASV"},

	{"ProFTPD", "AUTH", "auth tls successful"},
	{"ProFTPD", "", "MFF"},
	{"ProFTPD", "LIST", "opening ascii mode data connection for file list"},
	{"ProFTPD", "MLSD", "opening ascii mode data connection for mlsd"},
	{"ProFTPD", "MLSD", "opening binary mode data connection for mlsd"},
	{"ProFTPD", "OPTS", "utf8 set to on"},

	{"Pure-FTPd", "USER", "ok. password required"},
	{"Pure-FTPd", "PASS", "ok. current "},
	{"Pure-FTPd", "AUTH", "auth tls ok"},
	{"Pure-FTPd", "LIST", "accepted data connection"},
	{"Pure-FTPd", "MLSD", "accepted data connection"},
	{"Pure-FTPd", "", "ESTP"},
	{"Pure-FTPd", "QUIT", "you uploaded"},

	{"pyftpdlib", "USER", "username ok, send password"},
	{"pyftpdlib", "FEAT", "features supported:"},
	{"pyftpdlib", "FEAT", "end feat"},
	{"pyftpdlib", "LIST", "file status okay. about to open data connection"},
	{"pyftpdlib", "MLSD", "file status okay. about to open data connection"},
	{"pyftpdlib", "EPSV", "entering extended passive mode (|||"},

	{"FileZilla Server", "SYST", "emulated by filezilla"},
	{"FileZilla Server", "USER", "please, specify the password"},
	{"FileZilla Server", "PASS", "logged on"},
	{"FileZilla Server", "AUTH", "using authentication type tls"},
	{"FileZilla Server", "MLSD", "operation successful"},
	{"FileZilla Server", "LIST", "starting data transfer"},
	{"FileZilla Server", "MLSD", "starting data transfer"},

	{"Microsoft IIS", "SYST", "windows_nt"},
	{"Microsoft IIS", "FEAT", "extended features supported"},
	{"Microsoft IIS", "LIST", "data connection already open; transfer starting"},
	{"Microsoft IIS", "PASS", "user logged in"},

	{"Serv-U", "USER", "user name okay, need password"},
	{"Serv-U", "PASS", "user logged in, proceed"},
	{"Serv-U", "", "XCRC"},

	{"inetutils ftpd or another BSD ftpd", "LIST", "opening ascii mode data connection for '/bin/ls'"},
	{"inetutils ftpd or another BSD ftpd", "PASS", "logged in"},

	{"IBM z/OS", "SYST", "mvs is the operating system"},
	{"IBM z/OS", "LIST", "list started ok"},
	{"IBM z/OS", "LIST", "list completed successfully"},

	{"IBM i", "SYST", "os/400"},
	{"IBM i", "LIST", "list started"},
}

// told returns what the server is. A name needs two traits, and more than any other server
// has.
func (e *serverEvidence) told() ProbeServer {
	s := ProbeServer{Greeting: e.greeting, System: e.system, Quirks: append([]string{}, e.quirks...), Evidence: []string{}, Features: []string{}}
	for name := range e.features.All() {
		s.Features = append(s.Features, name)
	}
	type candidate struct {
		name     string
		evidence []string
	}
	var all []candidate
	for _, t := range serverTraits {
		what := e.shows(t)
		if what == "" {
			continue
		}
		i := slices.IndexFunc(all, func(c candidate) bool { return c.name == t.server })
		if i < 0 {
			i, all = len(all), append(all, candidate{name: t.server})
		}
		all[i].evidence = append(all[i].evidence, what)
	}
	slices.SortStableFunc(all, func(a, b candidate) int { return cmp.Compare(len(b.evidence), len(a.evidence)) })
	if len(all) > 0 && len(all[0].evidence) >= 2 && (len(all) == 1 || len(all[1].evidence) < len(all[0].evidence)) {
		s.Name, s.Evidence = all[0].name, all[0].evidence
	}
	return s
}

// shows returns where a trait was seen, or "".
func (e *serverEvidence) shows(t serverTrait) string {
	if t.verb == "" {
		if e.features.Has(t.words) {
			return "FEAT lists " + t.words
		}
		return ""
	}
	for _, r := range e.replies {
		if r.verb == t.verb && strings.Contains(strings.ToLower(r.text), t.words) {
			return fmt.Sprintf("the reply to %s says %q", t.verb, t.words)
		}
	}
	return ""
}
