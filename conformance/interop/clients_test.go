package interop

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// A client is a program that others wrote, with one run for each thing that a
// user does. Each returns the command to run in a scratch folder.
type client struct {
	program  string
	list     func(s *served) []string
	download func(s *served, remote, local string) []string
	upload   func(s *served, local, remote string) []string // nil: it cannot
	resume   func(s *served, remote, local string) []string // of a download whose beginning is in local
	append   func(s *served, local, remote string) []string // resume of an upload; nil: it cannot
	remove   func(s *served, remote string) []string
}

var clients = []client{curlClient, lftpClient, wgetClient, ftplibClient}

var curlClient = client{
	program: "curl",
	list: func(s *served) []string {
		return s.curl(s.url("curl") + "/")
	},
	download: func(s *served, remote, local string) []string {
		return s.curl("-o", local, s.url("curl")+"/"+remote)
	},
	upload: func(s *served, local, remote string) []string {
		return s.curl("-T", local, s.url("curl")+"/"+remote)
	},
	resume: func(s *served, remote, local string) []string {
		return s.curl("-C", "-", "-o", local, s.url("curl")+"/"+remote)
	},
	append: func(s *served, local, remote string) []string {
		return s.curl("-C", "-", "-T", local, s.url("curl")+"/"+remote)
	},
	remove: func(s *served, remote string) []string {
		return s.curl("-Q", "-DELE "+remote, s.url("curl")+"/")
	},
}

func (s *served) curl(args ...string) []string {
	base := []string{"curl", "-sS", "--max-time", "30", "--user", s.user + ":" + s.password}
	switch s.tls {
	case "explicit":
		base = append(base, "--ssl-reqd", "--cacert", s.ca)
	case "implicit":
		base = append(base, "--cacert", s.ca)
	}
	if s.cert != "" {
		base = append(base, "--cert", s.cert)
	}
	if s.ccc != "" {
		base = append(base, "--ftp-ssl-ccc", "--ftp-ssl-ccc-mode", s.ccc)
	}
	return append(base, args...)
}

var lftpClient = client{
	program:  "lftp",
	list:     func(s *served) []string { return s.lftp("cls -l") },
	download: func(s *served, remote, local string) []string { return s.lftp("get %s -o %s", remote, local) },
	upload:   func(s *served, local, remote string) []string { return s.lftp("put %s -o %s", local, remote) },
	resume:   func(s *served, remote, local string) []string { return s.lftp("get -c %s -o %s", remote, local) },
	append:   func(s *served, local, remote string) []string { return s.lftp("put -c %s -o %s", local, remote) },
	remove:   func(s *served, remote string) []string { return s.lftp("rm %s", remote) },
}

func (s *served) lftp(format string, args ...any) []string {
	script := []string{
		"set net:timeout 10", "set net:max-retries 1", "set cmd:fail-exit true",
		"set ftp:ssl-allow " + fmt.Sprint(s.tls != "none"),
		"set ftp:ssl-force " + fmt.Sprint(s.tls == "explicit"),
		"set ftp:ssl-protect-data true",
	}
	if s.tls != "none" {
		script = append(script, "set ssl:ca-file "+s.ca)
	}
	if s.cert != "" {
		script = append(script, "set ssl:cert-file "+s.cert, "set ssl:key-file "+s.cert)
	}
	if s.ccc != "" {
		script = append(script, "set ftp:ssl-use-ccc true")
	}
	script = append(script,
		fmt.Sprintf("open -u %s,%s %s", s.user, s.password, s.url("lftp")),
		fmt.Sprintf(format, args...))
	return []string{"lftp", "--norc", "-c", strings.Join(script, "; ")}
}

var wgetClient = client{
	program: "wget",
	list: func(s *served) []string {
		return []string{"sh", "-c", strings.Join(s.wget("--no-remove-listing", "-O", "/dev/null", s.url("wget")+"/"), " ") + " && cat .listing"}
	},
	download: func(s *served, remote, local string) []string {
		return s.wget("-O", local, s.url("wget")+"/"+remote)
	},
	resume: func(s *served, remote, local string) []string {
		// wget resumes under the remote name only.
		return []string{"sh", "-c", fmt.Sprintf("mv %s %s && %s && mv %s %s", local, remote,
			strings.Join(s.wget("-c", s.url("wget")+"/"+remote), " "), remote, local)}
	},
}

func (s *served) wget(args ...string) []string {
	base := []string{"wget", "-nv", "--tries=1", "--timeout=20", "--user=" + s.user, "--password=" + s.password}
	if s.tls != "none" {
		base = append(base, "--ca-certificate="+s.ca)
	}
	if s.tls == "implicit" {
		base = append(base, "--ftps-implicit")
	}
	if s.cert != "" {
		base = append(base, "--certificate="+s.cert, "--private-key="+s.cert)
	}
	return append(base, args...)
}

var ftplibClient = client{
	program:  "python3",
	list:     func(s *served) []string { return s.ftplib("list") },
	download: func(s *served, remote, local string) []string { return s.ftplib("download", remote, local) },
	upload:   func(s *served, local, remote string) []string { return s.ftplib("upload", local, remote) },
	resume:   func(s *served, remote, local string) []string { return s.ftplib("resume", remote, local) },
	append:   func(s *served, local, remote string) []string { return s.ftplib("append", local, remote) },
	remove:   func(s *served, remote string) []string { return s.ftplib("remove", remote) },
}

func (s *served) ftplib(args ...string) []string {
	script, err := filepath.Abs("testdata/ftplib_client.py")
	if err != nil {
		panic(err)
	}
	options := []string{"/usr/bin/python3", script}
	if s.cert != "" {
		options = append(options, "--cert", s.cert)
	}
	if s.ccc != "" {
		options = append(options, "--ccc")
	}
	return append(append(options, s.tls, s.addr, s.user, s.password, s.ca), args...)
}

// TestClients has each client program list, download, upload, resume and delete
// on `ftpwire serve`, in clear and over both kinds of TLS.
func TestClients(t *testing.T) {
	t.Parallel()
	for _, c := range clients {
		for _, tls := range []string{"none", "explicit", "implicit"} {
			t.Run(c.program+"/"+tls, func(t *testing.T) {
				t.Parallel()
				if _, err := exec.LookPath(c.program); err != nil {
					missing(t, c.program+" is not installed: "+err.Error())
				}
				exerciseClient(t, c, serve(t, tls))
			})
		}
	}
}

// missing skips the test, or fails it where nothing may be missing.
func missing(t *testing.T, reason string) {
	t.Helper()
	if os.Getenv("FTPWIRE_INTEROP") == "required" {
		t.Fatalf("%s (FTPWIRE_INTEROP=required)", reason)
	}
	t.Skipf("nothing to test with: %s", reason)
}

func exerciseClient(t *testing.T, c client, s *served) {
	scratch := t.TempDir()
	data := randomBytes(9, 700_001)
	local := func(name string) string { return filepath.Join(scratch, name) }
	remote := func(name string) string { return filepath.Join(s.dir, name) }
	write(t, remote("remote.bin"), data)

	if out := s.run(t, scratch, c.list(s)); !strings.Contains(out, "remote.bin") {
		t.Errorf("the listing lacks remote.bin:\n%s", out)
	}
	s.run(t, scratch, c.download(s, "remote.bin", "got.bin"))
	compare(t, "download", local("got.bin"), data)

	write(t, local("part.bin"), data[:300_000])
	s.run(t, scratch, c.resume(s, "remote.bin", "part.bin"))
	compare(t, "resumed download", local("part.bin"), data)

	if c.upload == nil {
		return // wget only downloads
	}
	write(t, local("up.bin"), data)
	s.run(t, scratch, c.upload(s, "up.bin", "up.bin"))
	compare(t, "upload", remote("up.bin"), data)

	write(t, remote("half.bin"), data[:400_000])
	s.run(t, scratch, c.append(s, "up.bin", "half.bin"))
	compare(t, "resumed upload", remote("half.bin"), data)

	s.run(t, scratch, c.remove(s, "half.bin"))
	if _, err := os.Stat(remote("half.bin")); !os.IsNotExist(err) {
		t.Errorf("half.bin is still there after it was deleted: %v", err)
	}
}

func write(t *testing.T, name string, data []byte) {
	t.Helper()
	if err := os.WriteFile(name, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

func compare(t *testing.T, what, name string, want []byte) {
	t.Helper()
	got, err := os.ReadFile(name)
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s: %d bytes that differ from the %d wanted", what, len(got), len(want))
	}
}
