package ftpwire

import (
	"net/netip"

	"github.com/ftpwire/ftpwire/protocol"
)

// A probeKind is why an attempt ended where it did, as far as that decides what to try next.
type probeKind uint8

const (
	probeWorks probeKind = iota

	// Before the login.
	probeDead       // the port can't be connected to
	probeNowhere    // nothing can: the name is not known, or a proxy refuses
	probeSilent     // connected, and nothing came
	probeNotFTP     // what came is not FTP
	probeTLSFirst   // what came is TLS
	probeTurnedAway // the greeting is a refusal
	probeNoAuth     // AUTH was refused, or not understood
	probeVersion    // no version of TLS in common
	probeCiphers    // no cipher suite in common
	probeCut        // the handshake was cut
	probeStalled    // the handshake got no answer
	probeNotTLS     // the peer does not speak TLS here
	probeUntrusted  // this side does not trust the certificate
	probeOwnCert    // the server wants a certificate of the client, or another one
	probeTLSOther   // the handshake failed in another way

	// The login.
	probeBusy     // too many users or connections
	probeWantsTLS // the server wants TLS before the login
	probeRejected // user, password or account; or the login was not answered
	probeNoLogin  // it could not be tried: a virtual host, a proxy, a challenge
	probeLogged   // it worked; what follows is another outcome

	// After it.
	probeProtP   // PROT P was refused
	probeProtC   // PROT C was refused
	probeCCC     // CCC was refused, or did not work
	probeSetup   // the session did not get ready
	probeNoFeat  // FEAT was not answered
	probeAccount // the server wants an account

	// Data connections.
	probeAddress    // the command for the address was refused
	probeAddressOff // it was not answered, or ended the session
	probeDataTCP    // the data connection did not come about
	probeDataTLS    // TLS on it did not
	probeProtection // the server wants another protection of data connections
	probeReuse      // the server wants the session resumed
	probeCommands   // the server wants another protection of commands
	probeListing    // the listing command was refused, not answered, or proves nothing
	probeLost       // the session ended
	probeWrite      // the file did not come there and back
	probeOut        // the time was up
)

// A probeOutcome is what one attempt has taught.
type probeOutcome struct {
	step  probeStep
	stage ProbeStage
	kind  probeKind
	words string // the error in words, secrets masked
	err   error

	greeted   bool     // a greeting came in clear
	secured   bool     // TLS came up on the control connection
	version   uint16   // of it
	local     bool     // the server is this computer
	offers    []string // words that the server says AUTH takes
	sentLogin bool     // a password was sent
	loggedIn  bool

	featured bool // FEAT was answered, so that the next is known
	mlsd     bool // the server lists MLST

	named    netip.Addr    // the address in a reply to PASV
	peer     netip.Addr    // the server's address on the control connection
	opened   bool          // a data connection was open
	resumed  bool          // its session was resumed
	byID     bool          // the server resumes by session ID only
	lastSent protocol.Verb // the command that came last
}
