package main

import (
	"bytes"
	"encoding/json"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// An fxpWorld is two servers, each with a folder and a user of its own.
type fxpWorld struct {
	a, b   string // folders
	src    string // URL of a file on the first server
	dst    string // URL of the second server
	env    setting
	tls    []string
	stores string // their certificates
}

// newFXPWorld starts the servers; with foreign, hosts may be others than the client's.
func newFXPWorld(t *testing.T, foreign bool, mode string) *fxpWorld {
	t.Helper()
	w := &fxpWorld{a: t.TempDir(), b: t.TempDir()}
	if err := os.WriteFile(filepath.Join(w.a, "f"), bytes.Repeat([]byte("x"), 100000), 0o644); err != nil {
		t.Fatal(err)
	}
	scheme := map[string]string{"none": "ftp://", "explicit": "ftpes://"}[mode]
	start := func(user, dir string) string {
		ca := filepath.Join(t.TempDir(), "ca.pem")
		args := []string{"--user", user + ":" + user + "-secret", "--tls", mode}
		if mode != "none" {
			args = append(args, "--ca-out", ca)
		}
		if foreign {
			args = append(args, "--allow-fxp", "127.0.0.0/8")
		}
		s := startServe(t, append(args, dir)...)
		t.Cleanup(func() { s.stop(t) })
		if mode != "none" {
			text, err := os.ReadFile(ca)
			if err != nil {
				t.Fatal(err)
			}
			w.stores += string(text)
		}
		return scheme + user + "@" + listeningOn.FindStringSubmatch(s.stdout.String())[1] + "/"
	}
	w.src, w.dst = start("alice", w.a)+"f", start("bob", w.b)
	netrc := filepath.Join(t.TempDir(), "netrc")
	os.WriteFile(netrc, []byte("machine 127.0.0.1 login alice password alice-secret\nmachine 127.0.0.1 login bob password bob-secret\n"), 0o600)
	w.env = setting{env: map[string]string{"NETRC": netrc}}
	if mode != "none" {
		ca := filepath.Join(t.TempDir(), "cas.pem")
		os.WriteFile(ca, []byte(w.stores), 0o644)
		w.tls = []string{"--ca", ca}
	}
	return w
}

func (w *fxpWorld) run(t *testing.T, args ...string) result {
	t.Helper()
	return runIn(t, w.env, append(append([]string{"fxp"}, w.tls...), args...)...)
}

// The file goes from one server to the other, whose passwords come from ~/.netrc, in clear and over TLS; the
// JSON object says how.
func TestFXP(t *testing.T) {
	for _, mode := range []string{"none", "explicit"} {
		w := newFXPWorld(t, true, mode)
		w.run(t, w.src, w.dst).want(t, exitGood)
		r := w.run(t, "--format", "json", "--verify", "--require", "hash", w.src, w.dst+"g")
		r.want(t, exitGood)
		var got fxpJSON
		if err := json.Unmarshal([]byte(r.out), &got); err != nil {
			t.Fatal(err)
		}
		if !got.OK || got.Bytes != 100000 || got.TLS != (mode == "explicit") || got.Algorithm == "" || !strings.HasPrefix(got.Way, "PASV at the destination") || strings.Contains(r.out, "alice") {
			t.Errorf("%s", r.out)
		}
		for _, name := range []string{"f", "g"} {
			if text, err := os.ReadFile(filepath.Join(w.b, name)); err != nil || len(text) != 100000 {
				t.Errorf("%s: %d octets, %v", name, len(text), err)
			}
		}
	}
}

// Two stored connections in one command line.
func TestFXPStored(t *testing.T) {
	w := newFXPWorld(t, true, "none")
	w.env.env["FTPWIRE_CONFIG"] = filepath.Join(t.TempDir(), "c.toml")
	for name, url := range map[string]string{"old": strings.TrimSuffix(w.src, "f"), "new": w.dst} {
		runIn(t, w.env, "connection", "add", name, url).want(t, exitGood)
	}
	w.run(t, "old:f", "new:copy").want(t, exitGood)
	w.run(t, "old:f", w.dst+"copy2").want(t, exitGood)
	for _, name := range []string{"copy", "copy2"} {
		if text, err := os.ReadFile(filepath.Join(w.b, name)); err != nil || len(text) != 100000 {
			t.Errorf("%s: %d octets, %v", name, len(text), err)
		}
	}
	w.run(t, "old:f", "nowhere:f").want(t, exitUsage, "nowhere")
}

// What goes wrong, and what is advised.
func TestFXPFails(t *testing.T) {
	w := newFXPWorld(t, false, "none")
	if ln, err := net.Listen("tcp", "127.0.0.2:0"); err != nil {
		t.Skipf("no second loopback address here: %v", err)
	} else {
		ln.Close()
	}
	r := w.run(t, "--bind", "127.0.0.2", w.src, w.dst)
	r.want(t, exitOf("connect"), "do not exchange", "PORT: 504", "AllowForeignAddress")
	w.run(t, "--format", "json", "--bind", "127.0.0.2", w.src, w.dst).want(t, exitOf("connect"))
	w.run(t, strings.TrimSuffix(w.src, "f")+"missing", w.dst).want(t, exitOf("not-found"), "missing", "at the source")
	w.run(t, strings.TrimSuffix(w.src, "f"), w.dst).want(t, exitUsage, "directory")
	w.run(t, w.src).want(t, exitUsage, "SRC and DST")
	for _, flag := range []string{"--limit-rate=5k", "--speed-limit=5k", "--speed-time=5s", "--keep-alive=30s"} { // the data does not come past here
		w.run(t, flag, w.src, w.dst).want(t, exitUsage, "unknown flag")
	}
	w.run(t, "--log-file", "x", w.src, w.dst).want(t, exitUsage, "two")
	if names, _ := os.ReadDir(w.b); len(names) > 0 {
		t.Errorf("left at the destination: %v", names)
	}

	over := newFXPWorld(t, true, "explicit")
	w.tls = over.tls
	w.run(t, over.src, w.dst).want(t, exitOf("connect"), "private", "--prot C")
	w.run(t, "--prot", "C", over.src, w.dst).want(t, exitGood)
}
