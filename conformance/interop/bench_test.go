package interop

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/ftpwire/ftpwire/conformance/interop/peer"
	"github.com/ftpwire/ftpwire/tlsx"
)

// BenchmarkProcess times whole runs of client programs, from start to exit,
// against the same server in the same run, so that they compare: one file of
// 256 MiB down and up, in clear and over TLS, and a file of one byte, where
// starting and logging in is all there is.
//
//	go test ./conformance/interop -run '^$' -bench Process -benchtime 5x
func BenchmarkProcess(b *testing.B) {
	out, err := binary()
	if err != nil {
		b.Fatal(err)
	}
	for _, mode := range []tlsx.Mode{peer.Plain, peer.Explicit} {
		b.Run("vsftpd/"+mode.String(), func(b *testing.B) {
			s := peer.Start(b, "vsftpd", peer.Options{TLS: mode, RequireReuse: true})
			for name, size := range map[string]int{"256MiB": 256 << 20, "1B": 1} {
				s.WriteFile(b, name, randomBytes(5, size))
				p := &programs{s: s, mode: mode, ftpwire: out, dir: b.TempDir(), file: name, size: size}
				b.Run("down/"+name+"/ftpwire", func(b *testing.B) { p.time(b, p.ftpwireGet()) })
				b.Run("down/"+name+"/curl", func(b *testing.B) { p.time(b, p.curlGet()) })
				b.Run("down/"+name+"/lftp", func(b *testing.B) { p.time(b, p.lftpGet()) })
				b.Run("up/"+name+"/ftpwire", func(b *testing.B) { p.time(b, p.ftpwirePut()) })
				b.Run("up/"+name+"/curl", func(b *testing.B) { p.time(b, p.curlPut()) })
			}
		})
	}
}

// programs are the commands that move one file.
type programs struct {
	s       *peer.Server
	mode    tlsx.Mode
	ftpwire string
	dir     string
	file    string
	size    int
}

func (p *programs) local() string  { return filepath.Join(p.dir, "local") }
func (p *programs) served() string { return filepath.Join(p.s.Home, p.file) }

func (p *programs) time(b *testing.B, args []string) {
	if _, err := exec.LookPath(args[0]); err != nil {
		b.Skipf("%s is not installed: %v", args[0], err)
	}
	b.SetBytes(int64(p.size))
	for b.Loop() {
		cmd := exec.Command(args[0], args[1:]...)
		cmd.Env = append(os.Environ(), "FTPWIRE_PASSWORD="+p.s.Password, "HOME="+p.dir)
		if out, err := cmd.CombinedOutput(); err != nil {
			b.Fatalf("%v: %v\n%s", args, err, out)
		}
	}
}

func (p *programs) ftpwireArgs(args ...string) []string {
	return append([]string{p.ftpwire}, append(args, "--quiet", "--ca", p.s.CAFile)...)
}

func (p *programs) ftpwireURL(name string) string {
	scheme := "ftp://"
	if p.mode == peer.Explicit {
		scheme = "ftpes://"
	}
	return scheme + p.s.User + "@" + p.s.Addr + "/" + name
}

func (p *programs) ftpwireGet() []string {
	return p.ftpwireArgs("get", p.ftpwireURL(p.file), p.local())
}
func (p *programs) ftpwirePut() []string {
	return p.ftpwireArgs("put", p.served(), p.ftpwireURL("up"))
}

func (p *programs) curl(args ...string) []string {
	base := []string{"curl", "-sS", "--user", p.s.User + ":" + p.s.Password, "--cacert", p.s.CAFile}
	if p.mode == peer.Explicit {
		base = append(base, "--ssl-reqd")
	}
	return append(base, args...)
}

func (p *programs) curlGet() []string {
	return p.curl("-o", p.local(), "ftp://"+p.s.Addr+"/"+p.file)
}
func (p *programs) curlPut() []string {
	return p.curl("-T", p.served(), "ftp://"+p.s.Addr+"/up")
}

func (p *programs) lftpGet() []string {
	l := &served{addr: p.s.Addr, user: p.s.User, password: p.s.Password, ca: p.s.CAFile, tls: "none"}
	if p.mode == peer.Explicit {
		l.tls = "explicit"
	}
	return []string{"lftp", "--norc", "-c", "set xfer:clobber true; " + l.lftp("get %s -o %s", p.file, p.local())[3]}
}
