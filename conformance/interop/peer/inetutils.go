package peer

import (
	_ "embed"
	"os"
	"strconv"
)

//go:embed inetd.py
var inetdScript []byte

// inetutilsFTPd is the server of GNU inetutils, a descendant of BSD's. It runs ls for LIST
// and for the NLST of more than a name.
func inetutilsFTPd() program {
	return program{
		name:       "inetutils-ftpd",
		path:       "usr/sbin/ftpd",
		askVersion: ask("usr/sbin/ftpd", "--version"),
		needsRoot:  "it becomes the user that logs in",
		noTLS:      "inetutils-ftpd 2.4 has no TLS",
		prepare:    prepareInetutils,
	}
}

// prepareInetutils runs the server from an inetd: as a daemon (-D) it would listen on all
// addresses, on the port that the services file has for ftp, and leave its process group.
func prepareInetutils(l *launch) (*command, error) {
	const program, ls = "/usr/sbin/ftpd", "/bin/ls"
	if err := l.confine(program); err != nil {
		return nil, err
	}
	l.server.HomePath = "/home" // the folder of ls is outside of it
	if err := l.jail.add(ls); err != nil {
		return nil, err
	}
	if err := os.WriteFile(l.path("inetd.py"), inetdScript, 0o644); err != nil {
		return nil, err
	}
	// Given twice, --logging names the files of transfers.
	args := []string{"-B", l.path("inetd.py"), strconv.Itoa(l.port), l.jail.dir,
		program, "--logging", "--logging", "--debug"}
	return &command{path: python, args: append(args, l.options.Extra...), outside: true}, nil
}
