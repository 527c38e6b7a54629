package main

import "github.com/spf13/cobra"

// topics are pages of the help that belong to no single command.
func topics() []*cobra.Command {
	return []*cobra.Command{
		{Use: "urls", Short: "How URLs name servers and files", Long: urlsText},
		{Use: topicConnectionFlags, Short: "The flags about the connection, which most commands have", Long: connectionFlagsText},
		{Use: topicConnections, Short: "Stored connections: their names, their file, passwords and certificates", Long: connectionsText},
		{Use: "passwords", Short: "Where user names and passwords come from", Long: passwordsText},
		{Use: "proxies", Short: "How to go through HTTP, SOCKS and FTP proxies", Long: proxiesText},
		{Use: "quirks", Short: "Known differences of servers, and what is done about them", Long: quirksText()},
		{Use: "exit-codes", Short: "What the exit codes mean", Long: exitCodesText()},
	}
}

// topicConnectionFlags is the topic of the flags that the help of commands leaves out.
const topicConnectionFlags = "connection-flags"

// topicConnections is the topic of stored connections.
const topicConnections = "connections"

const connectionFlagsText = `Every command that connects to a server has these flags, or those of them that it has a use
for: a command that moves no data has none about data connections. "ftpwire help flags ls"
prints all flags of a command. Flags may stand before the command, too: "ftpwire --log ls URL".
"ftpwire connection add NAME URL" stores a server with flags such as these under a name.`

const urlsText = `A URL is SCHEME://[USER[:PASSWORD]@]HOST[:PORT]/PATH[;type=a]

  ftpes://  explicit TLS: AUTH TLS before anything else, port 21
  ftps://   implicit TLS from the first byte, port 990
  ftp://    clear text, passwords too, port 21

PATH is relative to the directory that the login leads to:

  ftpes://host/a/b         a/b below that directory
  ftpes://host//a/b        /a/b; %2Fa/b is the same

Characters with a meaning in URLs are written as %XX: a space is %20, # is %23,
? is %3F, % is %25, and an @ in a user's name %40. ";type=a" at the end moves text,
whose line ends are converted; --ascii does the same.

An IPv6 address stands in brackets: ftpes://[::1]:2121/

In place of a URL there can be NAME:PATH, where NAME is a stored connection: what has "://"
after its first word is a URL, what has a name and a colon is NAME:PATH, and nothing else is
either. PATH is taken as it is, without %XX. "ftpwire help connections" explains it.`

const passwordsText = `The user is the one in the URL, or --user, or that of the host's entry in .netrc.
Without any, the login is anonymous.

The password is the first that is found in

  1. the URL, where others can see it: in the list of processes and in the history
     of the shell, so that ftpwire warns
  2. the first line of --password-file FILE; "-" is standard input
  3. what a stored connection says about it; see "ftpwire help connections"
  4. the environment variable FTPWIRE_PASSWORD
  5. .netrc in the home directory, or the file that the variable NETRC names;
     machine, default, login, password, account and macdef are understood
  6. a prompt, if standard input is a terminal; if it is none, a client certificate
     (--cert, --pfx) may do without a password

The prompt comes when the server asks for the password: it can be reached then, and its
certificate was accepted. A server that is content with the user asks for none. If the
password is wrong, there is one more prompt, and no third, as that could lock the account.
If the server does not wait for the answer, ftpwire connects again and sends it. "probe"
and "check" ask before they connect.

FTPWIRE_PASSWORD is never sent with an anonymous login. Passwords never stand in
errors or in what --log prints.

Other passwords are in FTPWIRE_PFX_PASSWORD (of a PKCS #12 file, --pfx),
FTPWIRE_PROXY_PASSWORD (of an HTTP or SOCKS proxy, --proxy) and
FTPWIRE_LOGIN_PROXY_PASSWORD (of an FTP proxy, --login-proxy), or asked for.`
