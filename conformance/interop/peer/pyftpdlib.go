package peer

import (
	"embed"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
)

// python is Debian's interpreter by its path: what else is called python3 knows
// neither Debian's OpenSSL module nor its release.
const python = "/usr/bin/python3"

//go:embed server.py
var pyftpdlibScript []byte

//go:embed mutants/*.py
var mutantScripts embed.FS

func pyftpdlib() program {
	return program{
		name: "pyftpdlib",
		path: "usr/lib/python3/dist-packages/pyftpdlib/servers.py",
		askVersion: func(root string) *exec.Cmd {
			cmd := exec.Command(python, "-B", "-c", "import pyftpdlib; print(pyftpdlib.__ver__)")
			cmd.Dir = "/" // Python imports from the current folder first
			cmd.Env = append(os.Environ(), pythonPath(root))
			return cmd
		},
		prepare: preparePyftpdlib,
	}
}

// pythonPath is the setting that makes the unpacked package importable.
func pythonPath(root string) string {
	return "PYTHONPATH=" + filepath.Join(root, "usr/lib/python3/dist-packages")
}

func preparePyftpdlib(l *launch) (*command, error) {
	o, s := &l.options, l.server
	lowest, highest, err := o.tlsVersions()
	if err != nil {
		return nil, err
	}
	settings, err := json.Marshal(map[string]any{
		"port":           l.port,
		"user":           s.User,
		"password":       s.Password,
		"home":           s.Home,
		"uid":            s.uid,
		"gid":            s.gid,
		"tls":            o.TLS.String(),
		"cert":           l.path("cert.pem"),
		"key":            l.path("key.pem"),
		"tls_min":        lowest,
		"tls_max":        highest,
		"no_tickets":     o.NoTickets,
		"client_ca":      o.ClientCA != nil,
		"client_ca_file": l.path("clients.pem"),
		"require_tls":    o.RequireTLS,
		"require_prot":   o.RequirePROT,
		"passive":        o.PassivePorts,
		"extra":          o.Extra,
		"fault":          o.Fault,
	})
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(l.path("settings.json"), settings, 0o600); err != nil {
		return nil, err
	}
	if err := os.WriteFile(l.path("server.py"), pyftpdlibScript, 0o644); err != nil {
		return nil, err
	}
	if err := os.CopyFS(l.dir, mutantScripts); err != nil {
		return nil, err
	}
	return &command{
		path: python,
		args: []string{"-B", l.path("server.py"), l.path("settings.json")},
		env:  []string{pythonPath(l.root), "PYTHONUNBUFFERED=1"},
	}, nil
}
