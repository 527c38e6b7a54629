package peer

import (
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"strings"
)

func proftpd() program {
	return program{
		name:       "proftpd",
		path:       "usr/sbin/proftpd",
		askVersion: ask("usr/sbin/proftpd", "-v"),
		prepare:    prepareProftpd,
	}
}

func prepareProftpd(l *launch) (*command, error) {
	s := l.server
	uid, gid := s.uid, s.gid
	if uid < 0 {
		uid, gid = os.Getuid(), os.Getgid()
		s.HomePath = s.Home // DefaultRoot needs root
	}
	// ProFTPD refuses this file if others may read it.
	users := fmt.Sprintf("%s:%s:%d:%d::%s:/bin/sh\n", s.User, l.hash, uid, gid, s.Home)
	if err := os.WriteFile(l.path("users"), []byte(users), 0o600); err != nil {
		return nil, err
	}
	groups := fmt.Sprintf("%s:x:%d:\n", s.User, gid)
	if err := os.WriteFile(l.path("groups"), []byte(groups), 0o600); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(l.path("log"), 0o755); err != nil {
		return nil, err
	}
	conf, err := proftpdConfig(l)
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(l.path("proftpd.conf"), []byte(conf), 0o644); err != nil {
		return nil, err
	}
	l.logs = []string{l.path("log/commands.log"), l.path("log/tls.log"), l.path("log/system.log")}
	return &command{
		path: filepath.Join(l.root, l.program.path),
		args: []string{"--nodaemon", "--quiet", "--config", l.path("proftpd.conf")},
	}, nil
}

func proftpdConfig(l *launch) (string, error) {
	o := &l.options
	owner, group, root := "nobody", "nogroup", "DefaultRoot ~"
	if l.server.uid < 0 {
		me, err := user.Current()
		if err != nil {
			return "", err
		}
		mine, err := user.LookupGroupId(me.Gid)
		if err != nil {
			return "", err
		}
		owner, group, root = me.Username, mine.Name, ""
	}
	var b strings.Builder
	fmt.Fprintf(&b, `ModulePath %[1]s/usr/lib/proftpd
ServerName "peer"
ServerType standalone
DefaultServer on
UseIPv6 off
DefaultAddress 127.0.0.1
SocketBindTight on
Port %[2]d
User %[3]s
Group %[4]s
%[5]s
MaxInstances 100
PidFile %[6]s/proftpd.pid
ScoreboardFile none
<IfModule mod_ctrls.c>
  ControlsEngine off
</IfModule>
<IfModule mod_delay.c>
  DelayEngine off
</IfModule>
UseReverseDNS off
WtmpLog off
AuthPAM off
AuthOrder mod_auth_file.c
AuthUserFile %[6]s/users
AuthGroupFile %[6]s/groups
RequireValidShell off
AllowOverwrite on
AllowStoreRestart on
AllowRetrieveRestart on
Umask 022
SystemLog %[6]s/log/system.log
TransferLog none
LogFormat command "[%%P] %%r -> %%s %%S"
ExtendedLog %[6]s/log/commands.log ALL command
`, strings.TrimSuffix(l.root, "/"), l.port, owner, group, root, l.dir)
	if p := o.PassivePorts; p != [2]int{} {
		fmt.Fprintf(&b, "PassivePorts %d %d\n", p[0], p[1])
	}
	if o.TLS != Plain {
		if err := proftpdTLS(&b, l); err != nil {
			return "", err
		}
	}
	if o.ModeZ {
		b.WriteString("LoadModule mod_deflate.c\nDeflateEngine on\n")
	}
	if o.Hash {
		b.WriteString("LoadModule mod_digest.c\nDigestEngine on\n")
	}
	for _, line := range o.Extra {
		fmt.Fprintln(&b, line)
	}
	return b.String(), nil
}

// proftpdTLS adds the part of mod_tls. Session tickets are off by default where
// TLS 1.2 is the only version; they are on here, because the TLS of Go resumes by
// no other means. With TLS 1.3 among the versions, 1.3.8 sends tickets on TLS 1.2
// whatever TLSSessionTickets says.
func proftpdTLS(b *strings.Builder, l *launch) error {
	o := &l.options
	lowest, highest, err := o.tlsVersions()
	if err != nil {
		return err
	}
	versions := lowest
	if highest != lowest && !o.NoTickets {
		versions += " " + highest
	}
	required := "off"
	switch {
	case o.RequireTLS && o.RequirePROT:
		required = "on"
	case o.RequireTLS:
		required = "ctrl"
	case o.RequirePROT:
		required = "data"
	}
	var options []string
	if o.TLS == Implicit {
		options = append(options, "UseImplicitSSL")
	}
	if !o.RequireReuse {
		options = append(options, "NoSessionReuseRequired")
	}
	fmt.Fprintf(b, `LoadModule mod_tls.c
TLSEngine on
TLSProtocol %[1]s
TLSRSACertificateFile %[2]s/cert.pem
TLSRSACertificateKeyFile %[2]s/key.pem
TLSRequired %[3]s
TLSSessionTickets %[4]s
TLSRenegotiate none
TLSLog %[2]s/log/tls.log
`, versions, l.dir, required, onOff(!o.NoTickets))
	if o.ClientCA != nil {
		fmt.Fprintf(b, "TLSVerifyClient on\nTLSCACertificateFile %s/clients.pem\n", l.dir)
	}
	if len(options) > 0 {
		fmt.Fprintf(b, "TLSOptions %s\n", strings.Join(options, " "))
	}
	return nil
}
