package interop

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ftpwire/ftpwire/conformance/interop/peer"
)

var keepTranscripts = flag.String("transcripts", "", "a folder for the transcripts of TestTranscripts, which then hold what the command says")

// A failing is a command that fails on a real server.
type failing struct {
	name   string
	server string
	o      peer.Options

	// args are those of the command. URL stands for the server, CA for its authority, FILE
	// for a local file that is there, NEW for one that is not.
	args     string
	scheme   string // if empty, ftp, or ftpes if the server has TLS
	password string // if empty, the user's own
	input    string // of the command, one line a second

	exit int
	says string // a part of the message
}

var failings = []failing{
	{name: "wrong-password", server: "vsftpd", args: "ls URL/", password: "wrong-word", exit: 5, says: "530"},
	{name: "wrong-password-clear", server: "inetutils-ftpd", args: "ls URL/", password: "wrong-word", exit: 5, says: "530"},
	{name: "tls-required", server: "proftpd", o: peer.Options{TLS: peer.Explicit, RequireTLS: true}, scheme: "ftp", args: "ls URL/", exit: 5, says: "550"},
	{name: "tls-unknown", server: "inetutils-ftpd", scheme: "ftpes", args: "ls URL/", exit: 3, says: "AUTH"},
	{name: "implicit-on-clear-port", server: "pyftpdlib", scheme: "ftps", args: "ls URL/", exit: 3, says: "TLS"},
	{name: "tls-version", server: "pyftpdlib", o: peer.Options{TLS: peer.Explicit, TLSMin: tls.VersionTLS12, TLSMax: tls.VersionTLS12}, args: "ls --ca CA --tls-min 1.3 URL/", exit: 3, says: "protocol version"},
	{name: "certificate-unknown", server: "vsftpd", o: peer.Options{TLS: peer.Explicit}, args: "ls URL/", exit: 4, says: "certificate"},
	{name: "reuse-required", server: "vsftpd", o: peer.Options{TLS: peer.Explicit, RequireReuse: true}, args: "ls --ca CA --resume-tls off URL/", exit: 3, says: "522"},
	{name: "reuse-required-425", server: "proftpd", o: peer.Options{TLS: peer.Explicit, RequireReuse: true}, args: "ls --ca CA --resume-tls off URL/", exit: 9, says: "425"},
	{name: "no-such-file", server: "pure-ftpd", o: peer.Options{TLS: peer.Explicit}, args: "get --ca CA URL/nosuch NEW", exit: 6, says: "550"},
	{name: "no-such-directory", server: "pyftpdlib", args: "ls URL/nosuch", exit: 6, says: "550"},
	{name: "permission-denied", server: "vsftpd", o: peer.Options{Extra: []string{"write_enable=NO"}}, args: "put FILE URL/new", exit: 7, says: "550"},
	{name: "passive-refused", server: "pyftpdlib", o: peer.Options{Extra: []string{"handler.masquerade_address = '127.0.0.9'"}}, args: "ls --data-mode pasv --nat never URL/", exit: 9, says: "refused"},
	{name: "active-refused", server: "vsftpd", o: peer.Options{Extra: []string{"port_enable=NO"}}, args: "ls --active URL/", exit: 3, says: "550"},
	{name: "client-certificate", server: "proftpd", o: peer.Options{TLS: peer.Explicit, ClientCA: []byte{}}, args: "ls --ca CA URL/", exit: 5, says: "certificate"},
	{name: "client-certificate-late", server: "vsftpd", o: peer.Options{TLS: peer.Explicit, ClientCA: []byte{}}, args: "ls --ca CA URL/", exit: 5, says: "certificate"},
	{name: "data-idle", server: "vsftpd", o: peer.Options{Extra: []string{"data_connection_timeout=1"}}, args: "put - URL/new", input: "\n\n\nlate\n", exit: 9, says: "new"},
	{name: "too-large", server: "proftpd", o: peer.Options{Extra: []string{"MaxStoreFileSize 100 B"}}, args: "put FILE URL/new", exit: 8, says: "552"},
	{name: "transfer-cut", server: "proftpd", o: peer.Options{Extra: []string{"TimeoutSession 2"}}, args: "get --limit-rate 64k URL/large NEW", exit: 9, says: "large"},
}

// TestTranscripts records failures on real servers, plays them, and has the command say the
// same about the replay: the same exit code, and the same message but for addresses and
// times. The transcripts are those that users are asked for, with --log-private.
func TestTranscripts(t *testing.T) {
	for _, f := range failings {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			r := f.record(t)
			if r.code != f.exit || !strings.Contains(r.said, f.says) {
				t.Fatalf("exit code %d; want %d and %q in:\n%s", r.code, f.exit, f.says, r.said)
			}
			played := r.replay(t)
			if diff := cmp.Diff(r.comparable(), played.comparable()); diff != "" {
				text, _ := os.ReadFile(r.file)
				t.Errorf("the replay says otherwise (-recorded +replayed):\n%s\n%s", diff, text)
			}
			r.keep(t, f.name)
		})
	}
}

// A recording is one failure, on the server or replayed.
type recording struct {
	failing
	file   string // the transcript
	server *peer.Server
	dir    string // of local files
	code   int
	said   string
}

// record runs the command on the server.
func (f failing) record(t *testing.T) *recording {
	t.Helper()
	if f.o.ClientCA != nil { // any authority
		f.o.ClientCA = peer.NewAuthority(t, "an authority").CertPEM
	}
	s := peer.Start(t, f.server, f.o)
	s.WriteFile(t, "large", make([]byte, 1<<20))
	dir := t.TempDir()
	r := &recording{failing: f, server: s, dir: dir, file: filepath.Join(dir, "transcript")}
	if f.scheme == "" {
		r.scheme = "ftp"
		if f.o.TLS == peer.Explicit {
			r.scheme = "ftpes"
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "FILE"), make([]byte, 3000), 0o600); err != nil {
		t.Fatal(err)
	}
	password := f.password
	if password == "" {
		password = s.Password
	}
	r.run(t, s.User+"@"+s.Addr, s.CAFile, password, "--log-private", "--log-file", r.file)
	return r
}

// run runs the command.
func (r *recording) run(t *testing.T, authority, ca, password string, more ...string) {
	t.Helper()
	args := more
	for _, arg := range strings.Fields(r.failing.args) {
		arg = strings.Replace(arg, "URL", r.scheme+"://"+authority, 1)
		switch arg {
		case "CA":
			arg = ca
		case "FILE", "NEW":
			arg = filepath.Join(r.dir, arg)
		}
		args = append(args, arg)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, command(t), args...)
	cmd.Env = append(cmd.Environ(), "FTPWIRE_PASSWORD="+password)
	cmd.Stdin = slowly(r.input)
	var out strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	if exit, ok := errors.AsType[*exec.ExitError](err); err != nil && !ok {
		t.Fatal(err)
	} else if ok {
		r.code = exit.ExitCode()
	}
	r.said = out.String()
}

// slowly gives a line a second.
func slowly(lines string) io.Reader {
	if lines == "" {
		return nil
	}
	r, w := io.Pipe()
	go func() {
		for line := range strings.Lines(lines) {
			if line != "\n" {
				io.WriteString(w, line)
			}
			time.Sleep(time.Second)
		}
		w.Close()
	}()
	return r
}

// replay runs the command on a replay of the transcript.
func (r *recording) replay(t *testing.T) *recording {
	t.Helper()
	ca := filepath.Join(r.dir, "ca.pem")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	server := exec.CommandContext(ctx, command(t), "replay", "--listen", "127.0.0.1:0", "--ca-out", ca, r.file)
	var errs strings.Builder
	server.Stderr = &errs
	out, err := server.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	line, _ := bufio.NewReader(out).ReadString('\n')
	m := regexp.MustCompile(`listening on ([^,]+),`).FindStringSubmatch(line)
	if m == nil {
		t.Fatalf("replay says %q:\n%s", line, errs.String())
	}
	played := &recording{failing: r.failing, dir: r.dir, server: r.server}
	os.Remove(filepath.Join(r.dir, "NEW"))
	played.run(t, "user-1@"+m[1], ca, "replayed-password")
	cancel()
	server.Wait()
	t.Logf("replay: %s", errs.String())
	return played
}

var (
	addresses    = regexp.MustCompile(`\d+\.\d+\.\d+\.\d+(:\d+)?|\d+,\d+,\d+,\d+,\d+,\d+`)
	ports        = regexp.MustCompile(`\(\|\|\|\d+\|\)`)
	times        = regexp.MustCompile(`\d+(\.\d+)?(m|µ)?s\b`)
	octets       = regexp.MustCompile(`after \d+ bytes`)                                          // of what was cut at some time
	phases       = regexp.MustCompile(`opening the data connection|moving data, after \d+ bytes`) // a refusal may come in either
	authorities  = regexp.MustCompile(`CN=[^;,\n]+`)
	fingerprints = regexp.MustCompile(`[0-9A-Fa-f]{2}(:?[0-9A-Fa-f]{2}){15,}`)
)

// comparable returns exit code and message without what differs from run to run.
func (r *recording) comparable() string {
	said := r.said
	for _, p := range []struct {
		form *regexp.Regexp
		with string
	}{
		{fingerprints, "FINGERPRINT"}, {addresses, "ADDRESS"}, {ports, "PORT"}, {phases, "PHASE"}, {octets, "after OCTETS"},
		{authorities, "CN=AUTHORITY"}, {times, "TIME"},
	} {
		said = p.form.ReplaceAllString(said, p.with)
	}
	said = regexp.MustCompile(`\b`+r.server.User+`\b`).ReplaceAllString(said, "user-1")
	said = strings.ReplaceAll(said, r.dir, "DIR")
	return fmt.Sprintf("exit code %d\n%s", r.code, said)
}

// keep adds what the command says to the transcript and keeps it.
func (r *recording) keep(t *testing.T, name string) {
	if *keepTranscripts == "" {
		return
	}
	text, err := os.ReadFile(r.file)
	if err != nil {
		t.Fatal(err)
	}
	text = fmt.Appendf(text, "-- command --\n%s\n-- scheme --\n%s\n-- says --\n%s", r.failing.args, r.scheme, r.comparable())
	if err := os.WriteFile(filepath.Join(*keepTranscripts, name+".txt"), text, 0o644); err != nil {
		t.Fatal(err)
	}
}
