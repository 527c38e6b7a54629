package peer

import (
	_ "embed"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
)

//go:embed other.py
var otherScript []byte

// twisted and aioftp are servers that Python programs make for themselves, without TLS by
// AUTH.
func twisted() program { return otherPython("twisted", "twisted/protocols/ftp.py") }

func aioftp() program { return otherPython("aioftp", "aioftp/server.py") }

func otherPython(name, file string) program {
	return program{
		name: name,
		path: filepath.Join("usr/lib/python3/dist-packages", file),
		askVersion: func(root string) *exec.Cmd {
			cmd := exec.Command(python, "-B", "-c", "import "+name+" as m; print(m.__version__)")
			cmd.Dir = "/"
			cmd.Env = append(os.Environ(), pythonPath(root))
			return cmd
		},
		noTLS:   name + " has no AUTH",
		prepare: prepareOtherPython,
	}
}

func prepareOtherPython(l *launch) (*command, error) {
	s := l.server
	settings, err := json.Marshal(map[string]any{
		"server": s.Name, "port": l.port, "user": s.User, "password": s.Password,
		"home": s.Home, "uid": s.uid, "gid": s.gid,
	})
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(l.path("settings.json"), settings, 0o600); err != nil {
		return nil, err
	}
	if err := os.WriteFile(l.path("other.py"), otherScript, 0o644); err != nil {
		return nil, err
	}
	return &command{
		path: python,
		args: []string{"-B", l.path("other.py"), l.path("settings.json")},
		env:  []string{pythonPath(l.root), "PYTHONUNBUFFERED=1"},
	}, nil
}
