package peer

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
)

// goftp is a server in Go, goftp.io/server, around its own file driver. It is a module of
// its own, in the folder goftp beside this package's parent, and install.sh builds it.
func goftp() program {
	return program{
		name:       "goftp",
		path:       "goftp",
		askVersion: func(root string) *exec.Cmd { return exec.Command(filepath.Join(root, "goftp"), "-version") },
		noImplicit: "not set up here",
		prepare:    prepareGoFTP,
	}
}

func prepareGoFTP(l *launch) (*command, error) {
	o, s := &l.options, l.server
	settings := map[string]any{"Port": l.port, "User": s.User, "Password": s.Password, "Home": s.Home}
	if o.TLS == Explicit {
		settings["Cert"], settings["Key"] = l.path("cert.pem"), l.path("key.pem")
		settings["RequireTLS"] = o.RequireTLS
	}
	data, err := json.Marshal(settings)
	if err != nil {
		return nil, err
	}
	// The user that it runs as must be able to read them; the folder goes with the test.
	for name, data := range map[string][]byte{"settings.json": data, "key.pem": nil} {
		if data != nil {
			if err := os.WriteFile(l.path(name), data, 0o600); err != nil {
				return nil, err
			}
		}
		if err := s.own(l.path(name)); err != nil {
			return nil, err
		}
	}
	// The cache may lie in a folder that only root may enter.
	program := l.path("goftp")
	if err := copyFile(filepath.Join(l.root, "goftp"), program); err != nil {
		return nil, err
	}
	c := &command{path: program, args: []string{l.path("settings.json")}}
	if s.uid >= 0 {
		c.uid, c.gid = s.uid, s.gid
	}
	return c, nil
}
