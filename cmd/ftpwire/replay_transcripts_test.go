package main

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	dialogue "github.com/ftpwire/ftpwire/conformance/transcript"
)

// TestTranscripts replays failures that were recorded on real servers: the command says
// the same as it did there. TestTranscripts of conformance/interop writes these files, with
// what the command says in sections of their own; -update writes that anew for messages
// that were changed on purpose. Hints are not compared here: they have tests of their own.
func TestTranscripts(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("testdata", "transcripts", "*.txt"))
	if err != nil || len(files) < 10 {
		t.Fatalf("%d transcripts, %v; want at least 10", len(files), err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			s, err := dialogue.Parse(text)
			if err != nil {
				t.Fatal(err)
			}
			section := func(name string) string { return strings.TrimSpace(string(s.Files[name])) }
			dir := t.TempDir()
			local, ca := filepath.Join(dir, "FILE"), filepath.Join(dir, "ca.pem")
			if err := os.WriteFile(local, make([]byte, 3000), 0o600); err != nil {
				t.Fatal(err)
			}
			played := startReplay(t, file, "--ca-out", ca)
			var args []string
			for _, arg := range strings.Fields(section("command")) {
				arg = strings.Replace(arg, "URL", section("scheme")+"://user-1@"+played.addr, 1)
				switch arg {
				case "CA":
					arg = ca
				case "FILE", "NEW":
					arg = filepath.Join(dir, arg)
				}
				args = append(args, arg)
			}
			env := map[string]string{"FTPWIRE_PASSWORD": "replayed-password", "HOME": dir, "XDG_CONFIG_HOME": dir}
			r := runIn(t, setting{env: env}, args...)
			said := withoutChance(r, dir)
			if *update {
				before, _, _ := strings.Cut(string(text), "-- says --\n")
				if err := os.WriteFile(file, []byte(before+"-- says --\n"+said+"\n"), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(section("says"), said); diff != "" {
				t.Errorf("mismatch (-recorded +replayed):\n%s", diff)
			}
		})
	}
}

// withoutChance returns exit code and message without what differs from run to run, as
// comparable of conformance/interop does.
func withoutChance(r result, dir string) string {
	said := strings.ReplaceAll(r.out+r.err, dir, "DIR")
	for _, p := range []struct{ form, with string }{
		{`[0-9A-Fa-f]{2}(:?[0-9A-Fa-f]{2}){15,}`, "FINGERPRINT"}, {`\d+\.\d+\.\d+\.\d+(:\d+)?|\d+,\d+,\d+,\d+,\d+,\d+`, "ADDRESS"},
		{`\(\|\|\|\d+\|\)`, "PORT"}, {`opening the data connection|moving data, after \d+ bytes`, "PHASE"}, {`after \d+ bytes`, "after OCTETS"}, {`CN=[^;,\n]+`, "CN=AUTHORITY"}, {`\d+(\.\d+)?(m|µ)?s\b`, "TIME"},
	} {
		said = regexp.MustCompile(p.form).ReplaceAllString(said, p.with)
	}
	said = regexp.MustCompile(`(?m)^hint: .*\n`).ReplaceAllString(said, "")
	return strings.TrimSpace(fmt.Sprintf("exit code %d\n%s", r.code, said))
}

// TestReplayFaults plays what goes wrong: each fault gives the message that it gives on a
// real server.
func TestReplayFaults(t *testing.T) {
	const in = "S: 220 ready\nC: USER user-1\nS: 331 go on\nC: PASS *\nS: 230 in\nC: FEAT\nS: 502 no\n"
	const passive = in + "C: SYST\nS: 215 UNIX\nC: EPSV\nS: 229 ok (|||4000|)\n"
	for name, tt := range map[string]struct {
		script, scheme string
		code           int
		says           []string
	}{
		"closed at once":      {"E: close\n", "ftp", exitConnect, []string{"unexpected EOF"}},
		"reset at once":       {"E: reset\n", "ftp", exitConnect, []string{"reset"}},
		"no greeting":         {"E: silence\n", "ftp", exitConnect, []string{"no greeting within 1s"}},
		"silence at a login":  {"S: 220 ready\nC: USER user-1\nE: silence\n", "ftp", exitTemporary, []string{"no reply to USER within 1s"}},
		"alert":               {"S: 220 ready\nC: AUTH TLS\nS: 234 go\nT: fails alert 40\n", "ftpes", exitConnect, []string{"handshake failure"}},
		"reset in handshake":  {"S: 220 ready\nC: AUTH TLS\nS: 234 go\nT: fails reset\n", "ftpes", exitConnect, []string{"reset"}},
		"silent handshake":    {"S: 220 ready\nC: AUTH TLS\nS: 234 go\nT: fails silence\n", "ftpes", exitConnect, []string{"timeout"}},
		"expired":             {"S: 220 ready\nC: AUTH TLS\nS: 234 go\nT: fails client self-signed,expired,wrong-name\n", "ftpes", exitCertificate, []string{"expired", "self-signed", "other.example"}},
		"SSH":                 {"T: fails sends SSH-2.0-x\n", "ftps", exitConnect, []string{"SSH server"}},
		"filtered port":       {passive + "D! data silence\nC: QUIT\nS: 221 bye\n", "ftp", exitTemporary, []string{"EPSV", "timeout"}},
		"refused port":        {passive + "D! data refused\nC: QUIT\nS: 221 bye\n", "ftp", exitTemporary, []string{"EPSV", "refused"}},
		"reset listing":       {passive + "C: LIST\nS: 150 go\nD> list reset\nS: 426 cut\nC: QUIT\nS: 221 bye\n", "ftp", exitTemporary, []string{"LIST", "cut"}},
		"silent in a listing": {passive + "C: LIST\nS: 150 go\nD> list silence\nC: ABOR\nS: 426 cut\nS: 226 aborted\nC: QUIT\nS: 221 bye\n", "ftp", exitTemporary, []string{"LIST failed while moving data"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "transcript")
			if err := os.WriteFile(file, []byte("-- dialogue --\n"+tt.script+"-- list --\n-rw-r--r-- 1 a b 1 Jan 1 2020 x\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			played := startReplay(t, file)
			env := map[string]string{"FTPWIRE_PASSWORD": testPassword}
			r := runIn(t, setting{env: env}, "ls", "--timeout", "1s", "--data-mode", "epsv", tt.scheme+"://user-1@"+played.addr+"/")
			r.want(t, tt.code, tt.says...)
		})
	}
}

// TestReplayKeepsForeignAddresses: a reply that names the server names the replay, and one
// that names another host still does.
func TestReplayKeepsForeignAddresses(t *testing.T) {
	p := &replayed{}
	p.peer = peerOf(&dialogue.Script{Steps: []dialogue.Step{{Kind: dialogue.Peer, Text: "192.0.2.1:21"}}})
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	tcp, err := net.Dial("tcp", ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer tcp.Close()
	p.tcp = tcp
	defer p.closePassive()
	for _, tt := range []struct{ in, want string }{
		{"227 ok (192,0,2,1,4,1)", `^227 ok \(127,0,0,1,\d+,\d+\)$`},
		{"227 ok (10,0,0,5,4,1)", `^227 ok \(10,0,0,5,\d+,\d+\)$`},
		{"229 ok (|||1025|)", `^229 ok \(\|\|\|\d+\|\)$`},
		{"227 no address", `^227 no address$`},
		{"230 (192,0,2,1,4,1)", `^230 \(192,0,2,1,4,1\)$`},
	} {
		got, err := p.say(tt.in, nil)
		if err != nil || !regexp.MustCompile(tt.want).MatchString(got) {
			t.Errorf("%q becomes %q, %v; want %s", tt.in, got, err, tt.want)
		}
	}
}
