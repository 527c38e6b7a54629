package peer

import (
	"fmt"
	"path/filepath"
	"strings"
)

func vsftpd() program {
	return program{
		name:       "vsftpd",
		path:       "usr/sbin/vsftpd",
		askVersion: ask("usr/sbin/vsftpd", "-v"),
		needsRoot:  "without it, it serves anonymous users only",
		prepare:    prepareVsftpd,
	}
}

func prepareVsftpd(l *launch) (*command, error) {
	const program = "/usr/sbin/vsftpd"
	if err := l.confine(program); err != nil {
		return nil, err
	}
	if err := l.jail.write("etc/vsftpd.conf", []byte(vsftpdConfig(l)), 0o644); err != nil {
		return nil, err
	}
	l.logs = []string{filepath.Join(l.jail.dir, "log/vsftpd.log")}
	return &command{path: program, args: []string{"/etc/vsftpd.conf"}}, nil
}

// vsftpdConfig returns the configuration. vsftpd takes no blanks around "=".
//
// seccomp and the isolation of processes are off because containers forbid
// them; ASCII transfers and ABOR as urgent data are on, which they are not by
// default, because RFC 959 has them.
func vsftpdConfig(l *launch) string {
	o := &l.options
	var b strings.Builder
	fmt.Fprintf(&b, `listen=YES
listen_address=127.0.0.1
listen_port=%d
background=NO
seccomp_sandbox=NO
isolate=NO
isolate_network=NO
tcp_wrappers=NO
session_support=NO
secure_chroot_dir=/run/empty
nopriv_user=nobody
anonymous_enable=NO
local_enable=YES
pam_service_name=vsftpd
write_enable=YES
local_umask=022
chroot_local_user=YES
allow_writeable_chroot=YES
connect_from_port_20=NO
pasv_promiscuous=NO
port_promiscuous=NO
ascii_upload_enable=YES
ascii_download_enable=YES
async_abor_enable=YES
xferlog_enable=YES
vsftpd_log_file=/log/vsftpd.log
log_ftp_protocol=YES
`, l.port)
	if p := o.PassivePorts; p != [2]int{} {
		fmt.Fprintf(&b, "pasv_min_port=%d\npasv_max_port=%d\n", p[0], p[1])
	}
	if o.TLS != Plain {
		// The default suites are a single one for TLS 1.2.
		fmt.Fprintf(&b, `ssl_enable=YES
rsa_cert_file=/etc/server.pem
rsa_private_key_file=/etc/server.pem
ssl_ciphers=HIGH
debug_ssl=YES
implicit_ssl=%s
require_ssl_reuse=%s
strict_ssl_read_eof=%s
strict_ssl_write_shutdown=%s
force_local_logins_ssl=%s
force_local_data_ssl=%s
`, yesNo(o.TLS == Implicit), yesNo(o.RequireReuse), yesNo(o.Strict), yesNo(o.Strict),
			yesNo(o.RequireTLS), yesNo(o.RequirePROT))
		if o.ClientCA != nil {
			b.WriteString("require_cert=YES\nvalidate_cert=YES\nca_certs_file=/etc/clients.pem\n")
		}
	}
	for _, line := range o.Extra {
		fmt.Fprintln(&b, line)
	}
	return b.String()
}
