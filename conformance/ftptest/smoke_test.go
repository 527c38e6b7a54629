package ftptest

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ftpwire/ftpwire/tlsx"
)

// Smoke tests with clients that others have written. They are skipped where a
// client is not installed.

// run runs a command, or skips the test if there is none.
func run(t *testing.T, dir, name string, args ...string) string {
	t.Helper()
	if _, err := exec.LookPath(name); err != nil {
		t.Skipf("%s is not installed", name)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "HOME="+dir, "LFTP_HOME="+dir)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out)
}

// A site is a server with something on it and a folder for a client.
type site struct {
	*Server
	dir string // holds ca.pem, up.bin (all of big) and part.bin (the first half)
	big []byte
}

func newSite(t *testing.T, m tlsx.Mode) *site {
	s := &site{NewServer(t, &Config{TLS: m}), t.TempDir(), bytes.Repeat([]byte("0123456789abcdef\n"), 20000)}
	for name, data := range map[string][]byte{"ca.pem": s.CAPEM(), "up.bin": s.big, "part.bin": s.big[:len(s.big)/2]} {
		if err := os.WriteFile(filepath.Join(s.dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"/d/big.bin", "/d/gone.txt"} {
		if err := s.WriteFile(name, s.big); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

func (s *site) wantLocal(t *testing.T, name string) {
	t.Helper()
	got, err := os.ReadFile(filepath.Join(s.dir, name))
	if err != nil || !bytes.Equal(got, s.big) {
		t.Errorf("downloaded %s: %d bytes, %v; want the %d of the original", name, len(got), err, len(s.big))
	}
}

func (s *site) wantRemote(t *testing.T, name string) {
	t.Helper()
	got, err := s.ReadFile(name)
	if err != nil || !bytes.Equal(got, s.big) {
		t.Errorf("uploaded %s: %d bytes, %v; want the %d of the original", name, len(got), err, len(s.big))
	}
}

func TestCurl(t *testing.T) {
	t.Parallel()
	for _, m := range modes {
		t.Run(m.name, func(t *testing.T) {
			s := newSite(t, m.tls)
			url, tls := "ftp://"+s.Addr(), []string{"-sS", "-u", "user:password", "--max-time", "30"}
			switch m.tls {
			case TLSExplicit:
				tls = append(tls, "--ssl-reqd", "--cacert", "ca.pem")
			case TLSImplicit:
				url = "ftps://" + s.Addr()
				tls = append(tls, "--cacert", "ca.pem")
			}
			curl := func(args ...string) string { return run(t, s.dir, "curl", append(tls, args...)...) }
			if out := curl(url + "/d/"); !strings.Contains(out, "big.bin") {
				t.Errorf("list: %q; want big.bin in it", out)
			}
			curl("-o", "down.bin", url+"/d/big.bin")
			s.wantLocal(t, "down.bin")
			curl("-o", "part.bin", "-C", "-", url+"/d/big.bin")
			s.wantLocal(t, "part.bin")
			if m.tls == TLSNone { // curl 7.88 forgets TLS on active data connections
				curl("-P", "-", "-o", "active.bin", url+"/d/big.bin")
				s.wantLocal(t, "active.bin")
			}
			curl("-T", "up.bin", "--ftp-create-dirs", url+"/new/up.bin")
			s.wantRemote(t, "/new/up.bin")
			if err := s.WriteFile("/resume.bin", s.big[:1000]); err != nil {
				t.Fatal(err)
			}
			curl("-T", "up.bin", "-C", "-", url+"/resume.bin")
			s.wantRemote(t, "/resume.bin")
			curl("-Q", "DELE d/gone.txt", url+"/")
			if s.Exists("/d/gone.txt") {
				t.Error("DELE left the file")
			}
		})
	}
}

func TestLftp(t *testing.T) {
	t.Parallel()
	for _, m := range modes {
		t.Run(m.name, func(t *testing.T) {
			s := newSite(t, m.tls)
			url := "ftp://" + s.Addr()
			settings := "set net:max-retries 1; set net:timeout 20; set ssl:ca-file " + filepath.Join(s.dir, "ca.pem") + ";"
			switch m.tls {
			case TLSNone:
				settings += "set ftp:ssl-allow no;"
			case TLSExplicit:
				settings += "set ftp:ssl-force yes; set ftp:ssl-protect-data yes;"
			case TLSImplicit:
				url = "ftps://" + s.Addr()
			}
			if err := s.WriteFile("/resume.bin", s.big[:1000]); err != nil {
				t.Fatal(err)
			}
			out := run(t, s.dir, "lftp", "--norc", "-c", settings+"set cmd:fail-exit yes; open -u user,password "+url+
				"; cls d; get d/big.bin -o down.bin; get -c d/big.bin -o part.bin; put up.bin -o up.bin; put -c up.bin -o resume.bin; rm d/gone.txt; mkdir m; mv up.bin m/up.bin; mirror d mirrored")
			if !strings.Contains(out, "big.bin") {
				t.Errorf("list: %q; want big.bin in it", out)
			}
			for _, name := range []string{"down.bin", "part.bin", "mirrored/big.bin"} {
				s.wantLocal(t, name)
			}
			s.wantRemote(t, "/m/up.bin")
			s.wantRemote(t, "/resume.bin")
			if s.Exists("/d/gone.txt") {
				t.Error("rm left the file")
			}
		})
	}
}

func TestWget(t *testing.T) {
	t.Parallel()
	for _, m := range modes {
		t.Run(m.name, func(t *testing.T) {
			s := newSite(t, m.tls)
			url, args := "ftp://user:password@"+s.Addr(), []string{"-nv", "--tries=1", "--timeout=20"}
			if m.tls != TLSNone {
				url = strings.Replace(url, "ftp:", "ftps:", 1)
				args = append(args, "--ca-certificate=ca.pem")
			}
			if m.tls == TLSImplicit {
				args = append(args, "--ftps-implicit")
			}
			run(t, s.dir, "wget", append(args, "-O", "down.bin", url+"/d/big.bin")...)
			s.wantLocal(t, "down.bin")
			if err := os.Rename(filepath.Join(s.dir, "part.bin"), filepath.Join(s.dir, "big.bin")); err != nil {
				t.Fatal(err)
			}
			run(t, s.dir, "wget", append(args, "-c", url+"/d/big.bin")...)
			s.wantLocal(t, "big.bin")
			run(t, s.dir, "wget", append(args, "-r", "-nH", "-P", "tree", url+"/d/")...)
			s.wantLocal(t, "tree/d/big.bin")
		})
	}
}

const ftplibScript = `
import ftplib, ssl, sys
mode, host, port = sys.argv[1], sys.argv[2], int(sys.argv[3])
if mode == "explicit":
    ftp = ftplib.FTP_TLS(context=ssl.create_default_context(cafile="ca.pem"))
else:
    ftp = ftplib.FTP()
ftp.connect(host, port, timeout=20)
ftp.login("user", "password")
if mode == "explicit":
    ftp.prot_p()
ftp.cwd("d")
assert ftp.pwd() == "/d", ftp.pwd()
assert "big.bin" in ftp.nlst(), ftp.nlst()
assert dict(ftp.mlsd())["big.bin"]["type"] == "file"
with open("down.bin", "wb") as f:
    ftp.retrbinary("RETR big.bin", f.write)
with open("part.bin", "r+b") as f:
    f.seek(0, 2)
    ftp.retrbinary("RETR big.bin", f.write, rest=f.tell())
with open("up.bin", "rb") as f:
    ftp.storbinary("STOR up.bin", f)
with open("up.bin", "rb") as f:
    f.seek(1000)
    ftp.storbinary("STOR /resume.bin", f, rest=1000)
ftp.set_pasv(False)
lines = []
ftp.retrlines("LIST", lines.append)
assert any("big.bin" in l for l in lines), lines
ftp.rename("up.bin", "/moved.bin")
ftp.delete("gone.txt")
ftp.quit()
`

func TestFtplib(t *testing.T) {
	for _, m := range modes {
		t.Run(m.name, func(t *testing.T) {
			if m.tls == TLSImplicit {
				t.Skip("ftplib has no implicit TLS")
			}
			s := newSite(t, m.tls)
			if err := s.WriteFile("/resume.bin", s.big[:1000]); err != nil {
				t.Fatal(err)
			}
			host, port, _ := strings.Cut(s.Addr(), ":")
			run(t, s.dir, "python3", "-c", ftplibScript, m.name, host, port)
			s.wantLocal(t, "down.bin")
			s.wantLocal(t, "part.bin")
			s.wantRemote(t, "/moved.bin")
			s.wantRemote(t, "/resume.bin")
			if s.Exists("/d/gone.txt") {
				t.Error("delete left the file")
			}
		})
	}
}
