package control

import (
	"strconv"
	"strings"

	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/protocol/mode"
)

// A session is what is known of the server's state between [Dial] and REIN, or from one
// REIN to the next. What the connection has learned about the server itself is kept
// elsewhere. After REIN, and on a new connection, it is the zero value.
type session struct {
	// Owned by the holder of the turn.
	loggedIn bool             // by Login
	account  string           // as Login sent it, for servers that want it later
	extended bool             // EPSV was answered
	address  protocol.Command // by which the last passive data connection was opened
	flights  bool             // the server has shown that it reads commands that come together
	software *software        // what the server is likely to be, once that was asked
	typed    bool             // TYPE has been sent in this session
	typeSure bool             // nothing came after TYPE that could make a server go back to TYPE A
	noType   bool             // the server does not know TYPE
	noText   bool             // it refuses TYPE A for listings
	sscn     bool             // SSCN ON is in force
	sized    bool             // PBSZ was accepted
	noClear  bool             // PROT C was refused

	levelSent int    // the level of MODE Z that was sent
	hashName  string // the algorithm that OPTS HASH set, "" if unknown
	ranged    bool   // a RANG may be in force

	rest, lastRest int64 // offset of the transfer under way, and the last one before it that was not 0
	restUnused     bool  // REST was sent, and no transfer after it

	// Guarded by the Conn's mu.
	features *parse.Features
	names    rawNames
	format   mode.Format // the format of files
	probed   bool        // a data connection over TLS has worked
	place    string      // the working directory, "" for that of the login
	astray   bool        // nobody knows it
	home     string      // what PWD called the directory of the login, "" if it was not asked there
	moving   int         // commands under way that may change it
}

// keepBooks notes what a command has changed, now that its reply is in, whether a method of
// Conn, Do or Pipeline sent it. The reader calls it before anybody learns of the reply; c.mu
// must be held. The machine keeps track of TYPE, MODE, STRU and PROT.
func (c *Conn) keepBooks(cmd protocol.Command, e protocol.Event) {
	s := &c.session
	if cmd.Verb.Does(protocol.Moves) {
		s.moving = max(0, s.moving-1) // REIN forgets those that follow it
		if e.Kind != protocol.EventReply || e.Outcome != protocol.Failure {
			s.moved(cmd, e.Kind == protocol.EventReply && e.Outcome == protocol.Success)
		}
	}
	s.typeSure = s.typeSure && keepsType(cmd.Verb)
	if e.Kind != protocol.EventReply || e.Outcome == protocol.Failure {
		return
	}
	switch cmd.Verb {
	case "REIN":
		c.session = session{}
		c.data.Reinitialized()
	case "AUTH", "ADAT":
		s.features = nil // they came in clear; anybody could have sent them
		s.sized = false
	case "USER":
		s.account, s.home = "", "" // they belong to another user
	case "TYPE":
		s.typed, s.typeSure = true, true
	case "SSCN":
		s.noteSSCN(cmd.Arg)
	case "OPTS":
		s.noteOption(strings.Fields(cmd.Arg))
	case "RANG":
		s.ranged = strings.Join(strings.Fields(cmd.Arg), " ") != noRange
	case "REST":
		s.restUnused = cmd.Arg != "0"
	case "PWD":
		if dir, err := parse.PWD(e.Reply.LastLine()); err == nil {
			s.told(dir)
		}
	case "FEAT":
		s.features = withFeatures(features(e.Reply), c.cfg.Login.AssumeFeatures)
	}
}

// keepsType reports whether the type is in force for certain after a command: those are what comes
// between TYPE and a transfer.
func keepsType(v protocol.Verb) bool {
	switch v {
	case "STRU", "MODE", "OPTS", "SIZE", "MDTM", "MLST", "PWD", "FEAT", "ALLO", "RANG", "REST",
		"EPSV", "PASV", "EPRT", "PORT", "LPRT", "LPSV", "CPSV", "PRET", "SSCN", "PBSZ", "PROT":
		return true
	}
	return false
}

// moved notes that a command has, or may have, changed the working directory.
func (s *session) moved(cmd protocol.Command, done bool) {
	fromLogin := s.place == "" && !s.astray
	s.astray = !done || upper(cmd.Verb) != "CWD" || cmd.Arg == "" || cmd.Arg[0] != '/' && !fromLogin
	s.place = cmd.Arg
	if done && upper(cmd.Verb) == "CWD" && cmd.Arg == s.home && s.home != "" {
		s.place, s.astray = "", false // back to where the login led
	}
}

// told notes what PWD has told.
func (s *session) told(dir string) {
	switch {
	case s.place == "" && !s.astray:
		s.home = dir
	case dir == s.home:
		s.place, s.astray = "", false
	default:
		s.place, s.astray = dir, false
	}
}

// noteSSCN notes SSCN ON or OFF. Without an argument SSCN only asks.
func (s *session) noteSSCN(arg string) {
	switch strings.ToUpper(strings.TrimSpace(arg)) {
	case "ON":
		s.sscn = true
	case "OFF":
		s.sscn = false
	}
}

// noteOption notes the options that other commands depend on. Without a value the command
// asks, or goes back to the default.
func (s *session) noteOption(words []string) {
	switch {
	case len(words) < 2:
	case strings.EqualFold(words[0], "HASH"):
		s.hashName = words[1]
	case strings.EqualFold(words[0], "MODE") && strings.EqualFold(words[1], "Z"):
		s.levelSent = 0
		for i := 2; i+1 < len(words); i += 2 {
			if level, err := strconv.Atoi(words[i+1]); err == nil && strings.EqualFold(words[i], "LEVEL") {
				s.levelSent = level
			}
		}
	}
}
