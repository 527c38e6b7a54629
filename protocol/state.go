package protocol

import "strings"

// A State is where the session stands: RFC 2228, Section 9, with the states that
// the greeting, TLS and the end of the connection add.
type State uint8

// The states. The zero value is the state at birth of an explicit session.
const (
	StateAwaitGreeting   State = iota // connected; the server speaks first
	StateAwaitTLS                     // AUTH was accepted, or the port is one of implicit TLS: the handshake comes next
	StateAwaitClear                   // CCC or REIN was accepted: TLS is taken down next
	StateUnauthenticated              // greeted, no security, no login
	StateNeedADAT                     // AUTH was answered 334: a security exchange is under way
	StateAuthenticated                // TLS is up, no login yet
	StateNeedPassword                 // USER was answered 331
	StateNeedAccount                  // USER or PASS was answered 332
	StateAuthorized                   // logged in
	StateClosing                      // QUIT or 421: the server is about to close
	StateClosed                       // over
	stateCount
)

// stateBase stands in tables for Authenticated while TLS is up, and for
// Unauthenticated otherwise: the state of a session without a login.
const stateBase = stateCount

var stateNames = [...]string{
	"AwaitGreeting", "AwaitTLS", "AwaitClear", "Unauthenticated", "NeedADAT", "Authenticated",
	"NeedPassword", "NeedAccount", "Authorized", "Closing", "Closed", "Base",
}

// String returns the state's name.
func (s State) String() string {
	if int(s) < len(stateNames) {
		return stateNames[s]
	}
	return "unknown"
}

// A StateSet is a set of states.
type StateSet uint16

func setOfStates(states ...State) StateSet {
	var set StateSet
	for _, s := range states {
		set |= 1 << s
	}
	return set
}

// has reports whether s is in the set.
func (set StateSet) has(s State) bool { return set&(1<<s) != 0 }

func (set StateSet) without(s State) StateSet { return set &^ (1 << s) }

// String lists the states of the set.
func (set StateSet) String() string {
	var names []string
	for s := range State(stateCount) {
		if set.has(s) {
			names = append(names, s.String())
		}
	}
	return strings.Join(names, " ")
}

// A transition is a row of the session table: in a state of from, the reply that
// ends verb leads to next.
type transition struct {
	verb  Verb // "" is the greeting
	from  StateSet
	code  Code // a whole code, or a class (1 to 5) for all its other codes
	next  State
	cause string // RFC and section
}

// Sets of states that rows of the session table share.
var (
	userStates = setOfStates(StateUnauthenticated, StateAuthenticated, StateNeedPassword, StateNeedAccount, StateAuthorized)
	authStates = userStates
)

// session is the table of the login and security diagrams: RFC 959, Section 6
// (login), RFC 2228, Section 9, RFC 4217, Section 4 to 13, RFC 7151, Section 3.2.
// A pair that no row holds leaves the state as it is.
var session = [...]transition{
	{"", setOfStates(StateAwaitGreeting), 220, stateBase, "959 5.4"},
	{"", setOfStates(StateAwaitGreeting), 230, StateAuthorized, "practice: no login wanted"},
	{"", setOfStates(StateAwaitGreeting), 2, stateBase, "959 4.2: the class decides"},
	{"", setOfStates(StateAwaitGreeting), 4, StateClosing, "959 5.4"},
	{"", setOfStates(StateAwaitGreeting), 5, StateClosing, "practice: refused"},

	{"AUTH", authStates, 234, StateAwaitTLS, "2228 3; 4217 4"},
	{"AUTH", authStates, 334, StateNeedADAT, "2228 3"},
	{"ADAT", setOfStates(StateNeedADAT), 235, StateAuthenticated, "2228 3"},
	{"ADAT", setOfStates(StateNeedADAT), 335, StateNeedADAT, "2228 3"},
	{"ADAT", setOfStates(StateNeedADAT), 4, stateBase, "2228 3"},
	{"ADAT", setOfStates(StateNeedADAT), 5, stateBase, "2228 3"},

	{"USER", userStates, 331, StateNeedPassword, "959 6"},
	{"USER", userStates, 336, StateNeedPassword, "2228 4: a challenge stands in the text"},
	{"USER", userStates, 332, StateNeedAccount, "959 6"},
	{"USER", userStates, 2, StateAuthorized, "959 6; 232: 2228 4"},
	{"USER", userStates, 3, StateNeedPassword, "959 4.2: the class decides"},
	{"USER", userStates.without(StateAuthorized), 4, stateBase, "959 6"},
	{"USER", userStates.without(StateAuthorized), 5, stateBase, "959 6"},
	{"PASS", setOfStates(StateNeedPassword), 332, StateNeedAccount, "959 6"},
	{"PASS", setOfStates(StateNeedPassword), 2, StateAuthorized, "959 6; 202: 5.4"},
	{"PASS", setOfStates(StateNeedPassword), 3, StateNeedAccount, "959 4.2: the class decides"},
	{"PASS", setOfStates(StateNeedPassword), 4, stateBase, "959 6"},
	{"PASS", setOfStates(StateNeedPassword), 5, stateBase, "959 6"},
	{"ACCT", setOfStates(StateNeedAccount), 2, StateAuthorized, "959 6"},
	{"ACCT", setOfStates(StateNeedAccount), 4, stateBase, "959 6"},
	{"ACCT", setOfStates(StateNeedAccount), 5, stateBase, "959 6"},

	{"HOST", preLogin, 2, stateBase, "7151 3.2: an earlier USER is forgotten"},
	{"REIN", anyState, 2, StateUnauthenticated, "959 4.1.1; 4217 13: under TLS by way of AwaitClear"},
	{"CCC", protected, 200, StateAwaitClear, "4217 5"},
	{"QUIT", anyState, 2, StateClosing, "959 4.1.1"},
}

// nextState returns the state that a reply with code c to verb leads to from s.
func nextState(s State, verb Verb, c Code) (State, bool) {
	class := -1
	for i := range session {
		t := &session[i]
		if t.verb != verb || !t.from.has(s) {
			continue
		}
		if t.code == c {
			return t.next, true
		}
		if t.code == Code(c.Class()) && class < 0 {
			class = i
		}
	}
	if class < 0 {
		return s, false
	}
	return session[class].next, true
}
