package peer

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
)

// linuxFTPd is the ftpd of NetKit, another descendant of BSD's, in Debian's version, which
// answers AUTH TLS with 234 and then fails at every handshake: its certificate is read only
// if TLS is already in use when it starts. It has no option that prints a version.
func linuxFTPd() program {
	return program{
		name: "linux-ftpd",
		path: "usr/sbin/in.ftpd",
		askVersion: func(root string) *exec.Cmd {
			return exec.Command("grep", "-a", "-o", "linux-ftpd-[0-9.]*", filepath.Join(root, "usr/sbin/in.ftpd"))
		},
		needsRoot: "it becomes the user that logs in",
		noTLS:     "linux-ftpd 0.17 of Debian 12 reads its certificate never, and has no cipher to share",
		prepare:   prepareLinuxFTPd,
	}
}

// prepareLinuxFTPd runs the server from an inetd, for the same reasons as inetutils-ftpd.
func prepareLinuxFTPd(l *launch) (*command, error) {
	const program, ls = "/usr/sbin/in.ftpd", "/bin/ls"
	if err := l.confine(program); err != nil {
		return nil, err
	}
	l.server.HomePath = "/home"
	if err := l.jail.add(ls); err != nil {
		return nil, err
	}
	if err := l.jail.pamFTP(); err != nil {
		return nil, err
	}
	if err := os.WriteFile(l.path("inetd.py"), inetdScript, 0o644); err != nil {
		return nil, err
	}
	args := []string{"-B", l.path("inetd.py"), strconv.Itoa(l.port), l.jail.dir,
		program, "-l", "-l", "-n", "-d", "-u", "022", "-z", "nossl"}
	return &command{path: python, args: append(args, l.options.Extra...), outside: true}, nil
}

// pamFTP has the server ask PAM in its own way: at USER, without a password, it wants to
// know the question, and only pam_ftp.so stays in the conversation then.
func (j *jail) pamFTP() error {
	modules, err := pamModules("pam_ftp.so", "pam_unix.so")
	if err != nil {
		return err
	}
	if err := j.copyIn(modules[0], modules[0]); err != nil {
		return err
	}
	rule := fmt.Sprintf("auth sufficient %[1]s\nauth required %[2]s use_first_pass\naccount required %[2]s\nsession required %[2]s\n", modules[0], modules[1])
	return j.write("etc/pam.d/ftp", []byte(rule), 0o644)
}
