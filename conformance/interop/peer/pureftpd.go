package peer

import (
	"fmt"
	"os/exec"
	"path/filepath"
)

func pureFTPd() program {
	return program{
		name:       "pure-ftpd",
		path:       "usr/sbin/pure-ftpd",
		askVersion: ask("usr/sbin/pure-ftpd", "-h"),
		needsRoot:  "it changes the root directory for every session",
		noImplicit: "Pure-FTPd 1.0.50 has no implicit TLS",
		prepare:    preparePureFTPd,
	}
}

func preparePureFTPd(l *launch) (*command, error) {
	const program = "/usr/sbin/pure-ftpd"
	if err := l.confine(program); err != nil {
		return nil, err
	}
	if err := pureUsers(l); err != nil {
		return nil, err
	}
	l.logs = []string{filepath.Join(l.jail.dir, "log/pure-ftpd.log")}
	return &command{path: program, args: pureArgs(l)}, nil
}

// pureArgs returns the arguments. Debian's build keeps its log of commands in
// the system log only, which is the jail's.
func pureArgs(l *launch) []string {
	o := &l.options
	args := []string{
		"--ipv4only",
		"--bind", fmt.Sprintf("127.0.0.1,%d", l.port),
		"--login", "puredb:/etc/pureftpd.pdb",
		"--noanonymous",
		"--chrooteveryone",
		"--dontresolve",
		"--minuid", "1",
		"--maxclientsnumber", "100",
		"--maxclientsperip", "100",
		"--limitrecursion", "20000:20",
		"--verboselog", "--verboselog",
		"--altlog", "clf:/log/pure-ftpd.log",
		"--pidfile", "/run/pure-ftpd.pid",
	}
	if p := o.PassivePorts; p != [2]int{} {
		args = append(args, "--passiveportrange", fmt.Sprintf("%d:%d", p[0], p[1]))
	}
	level := 0
	switch {
	case o.TLS == Plain:
	case o.RequirePROT:
		level = 3
	case o.RequireTLS:
		level = 2
	default:
		level = 1
	}
	args = append(args, "--tls", fmt.Sprint(level))
	if level > 0 {
		args = append(args, "--certfile", "/etc/server.pem")
	}
	return append(args, o.Extra...)
}

// pureUsers makes the database of virtual users. The fields after the login
// directory are limits and quotas, none of them set.
func pureUsers(l *launch) error {
	s := l.server
	line := fmt.Sprintf("%s:%s:%d:%d::/home/./::::::::::::\n", s.User, l.hash, s.uid, s.gid)
	if err := l.jail.write("etc/pureftpd.passwd", []byte(line), 0o600); err != nil {
		return err
	}
	etc := filepath.Join(l.jail.dir, "etc")
	tool := filepath.Join(l.root, "usr/bin/pure-pw")
	out, err := exec.Command(tool, "mkdb", filepath.Join(etc, "pureftpd.pdb"),
		"-f", filepath.Join(etc, "pureftpd.passwd")).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s mkdb: %w: %s", tool, err, out)
	}
	return nil
}
