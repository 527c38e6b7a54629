package main

import (
	"fmt"
	"strings"
)

const connectionsText = `A stored connection is a server with all its settings under a name. Every command that takes
a URL takes NAME:PATH as well:

  ftpwire connection add nas ftpes://alice@nas.example.com/pub/ --nat auto
  ftpwire ls nas:                  the connection's path, here pub/ below the login directory
  ftpwire get nas:report.pdf       pub/report.pdf
  ftpwire get nas:/etc/motd        from the root of the server

PATH is taken as it is: %20 stays %20. A name has at least two letters, digits and . _ -, and
begins with a letter or digit, so that C:\DIR is never one; nor is the scheme of a URL, nor
an address. What has "://" after its first word is always a URL. In "get URL FILE", "put
FILE URL" and other commands the place decides: a local file is never read as NAME:PATH.

Flags on the command line count more than what is stored.

THE FILE

The file is the one of --config, or of the environment variable FTPWIRE_CONFIG, or
ftpwire/connections.toml in the directory XDG_CONFIG_HOME, which is .config in HOME by
default. It can be edited by hand:

  [connection.nas]
  group = "home"
  variant = "ftp-tls-explicit"
  host = "nas.example.com"
  user = "alice"
  password_command = "pass show nas"
  nat = "auto"
  timeout = "10s"
  certificate = "office"

  [certificate.office]
  cert = "~/office.pem"

The keys are those of the settings, which stand at the end of this text, and those of the
flags: --limit-rate is limit_rate. "ftpwire connection show" prints them. Keys
that are not known are errors that name the line, and a connection with one is not changed
by a command. Comments, order and spelling stay when a command changes something else.

Files are named from the root, from the home directory (~/), or from the directory of the
file itself. The file belongs to you alone (mode 0600). It is refused if others can write it,
or read passwords in it. Several commands can change it at once.

PASSWORDS

No password is stored, unless you ask for it. One of these says where it comes from:

  password_command   a line for the shell, or a list of a program and its arguments, which is
                     run without a shell; what it prints, without the line end, is the
                     password (--password-command)
  password_env       an environment variable (--password-env)
  password_file      the first line of a file (--password-file)
  password_keyring   true: the system's keyring, where it is called ftpwire and the name of
                     the connection (--keyring puts it there)
  password           the password itself (--store-password)

Without any it is looked for as for URLs; see "ftpwire help passwords". All of these but
password_keyring exist for pfx_password too, the password of a PKCS #12 file.

CERTIFICATES

Tables with certificates can be shared by connections, which name them:

  certificate = "office"       [certificate.office]: cert and key, or pfx and pfx_password
                               and its like
  trusted = "plant"            [trusted.plant]: ca, a PEM file of the certificates to trust,
                               and pins, a list as of --pin

COMPLETION

Shells complete names and, after NAME:, paths on the server, if the password is stored, in a
file or in a variable: for completion no program is run and nobody is asked.`

// keysText lists the keys of settings in the file of stored connections.
func keysText() string {
	type row struct{ key, name string }
	var rows []row
	column := 0
	for _, p := range properties {
		if key := p.field.Key(); key != "" {
			rows = append(rows, row{key, p.name})
			column = max(column, len(key))
		}
	}
	var b strings.Builder
	b.WriteString("THE KEYS OF SETTINGS\n\n")
	for _, r := range rows {
		fmt.Fprintf(&b, "  %-*s  %s\n", column, r.key, r.name)
	}
	return b.String()
}
