package protocol

import (
	"slices"
	"strings"
	"testing"
)

// TestRenameTable: RNFR and RNTO (RFC 959, Section 4.1.3), without an accepted RNFR
// (N0) and with one (N1), by the verb and whether it is carried out.
func TestRenameTable(t *testing.T) {
	keeps := []Verb{"ABOR", "STAT", "NOOP"} // they ask only
	for info := range Verbs() {
		for _, from := range []string{"", "old"} {
			for _, code := range []Code{success(info), 550} {
				for _, role := range []Role{RoleClient, RoleServer} {
					m := machineIn(role, StateAuthorized, GuardSized)
					m.params.RenameFrom = from
					cmd := Command{Verb: info.Verb, Arg: "new"}
					if err := m.check(cmd); err != nil {
						if info.Verb == "RNTO" && from == "" || !info.states.has(StateAuthorized) || info.Diagram == DiagramEnclosed || info.Verb == "AUTH" {
							continue
						}
						t.Errorf("%s: %v", info.Verb, err)
					}
					if info.Verb == "RNTO" && from == "" {
						t.Error("RNTO is legal without RNFR")
					}
					m.begin(cmd)
					if got := settleOne(t, m, code); got == "error" {
						t.Fatalf("role %d: %s %d: error", role, info.Verb, code)
					}
					want := ""
					switch {
					case info.Verb == "RNFR" && code == 350:
						want = "new"
					case slices.Contains(keeps, info.Verb):
						want = from
					}
					if got := m.Params().RenameFrom; got != want {
						t.Errorf("role %d, %s %d behind RNFR %q: %q, want %q", role, info.Verb, code, from, got, want)
					}
				}
			}
		}
	}
}

// success is the code that carries a verb out.
func success(info VerbInfo) Code {
	switch {
	case info.Diagram == DiagramSequence:
		return 350
	case info.Diagram == DiagramLogin:
		return 230
	case info.Verb == "QUIT":
		return 221
	case info.Verb == "CCC":
		return 200
	case info.MovesData():
		return 226
	}
	return 200
}

// TestRestartTable: REST (RFC 3659, Section 5) and RANG, without a marker (P0), with
// one of REST and with one of RANG (P1), by the verb and whether it is carried out.
func TestRestartTable(t *testing.T) {
	const keeps = "REST RANG TYPE PASV EPSV PORT EPRT LPRT LPSV CPSV PRET SSCN NOOP STAT ABOR"
	for info := range Verbs() {
		for _, marker := range []string{"", "REST 7", "RANG 1 2"} {
			for _, code := range []Code{success(info), 550} {
				for _, role := range []Role{RoleClient, RoleServer} {
					m := machineIn(role, StateAuthorized, GuardSized)
					m.params.RenameFrom = "a" // RNTO is in order
					m.params.Restart, _ = strings.CutPrefix(marker, "REST ")
					if arg, ok := strings.CutPrefix(marker, "RANG "); ok {
						m.params.Restart, m.params.Range = "", arg
					}
					cmd := Command{Verb: info.Verb, Arg: "9"}
					if m.check(cmd) != nil {
						continue // TestCheckMatrix
					}
					m.begin(cmd)
					settleOne(t, m, code)
					want := ""
					switch {
					case code == 350 && (info.Verb == "REST" || info.Verb == "RANG"):
						want = string(info.Verb) + " 9"
					case slices.Contains(strings.Fields(keeps), string(info.Verb)):
						want = marker
					}
					if got := markerOf(m.Params()); got != want {
						t.Errorf("role %d, %s %d behind %q: %q, want %q", role, info.Verb, code, marker, got, want)
					}
				}
			}
		}
	}
}

func markerOf(p Params) string {
	var got []string
	if p.Restart != "" {
		got = append(got, "REST "+p.Restart)
	}
	if p.Range != "" {
		got = append(got, "RANG "+p.Range)
	}
	return strings.Join(got, " and ")
}

// TestRangeTakenBack: RANG 1 0 leaves the whole file (draft-bryan-ftp-range).
func TestRangeTakenBack(t *testing.T) {
	p := newPair(t, false)
	p.reply(230, "in")
	p.do("RANG", "5 9", 350)
	p.do("RANG", "1 0", 350)
	for _, m := range []*Machine{p.client, p.server} {
		if got := markerOf(m.Params()); got != "" {
			t.Errorf("marker %q, want none", got)
		}
	}
}
