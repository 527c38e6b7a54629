// Package protocol is the File Transfer Protocol without its sockets: verbs,
// commands, replies and the rules that bind them, as pure functions and one
// state machine that never reads a clock, a file or a network.
//
// A [Machine] holds one control connection, seen from the user's side
// (RoleClient) or from the server's (RoleServer). Both roles share every table:
// a transition belongs to a command and the reply that ended it, whoever wrote
// which.
//
// Inputs, in any order the network dictates:
//
//   - [Machine.Receive] takes bytes from the peer;
//   - [Machine.Send] (client) encodes a command, [Machine.Reply] (server) a reply;
//   - [Machine.NextADAT] (client) and [Machine.SecurityReply] (server) run the
//     exchange of a [Mechanism] other than TLS;
//   - [Machine.TLSEstablished] and [Machine.TLSClosed] tell that TLS came up or
//     was taken down on the control connection;
//   - [Machine.Close] ends it.
//
// Outputs: the bytes that Send and Reply return, [Machine.Output] (answers to Telnet
// options), and events drained with [Machine.Next] after every input. If a client
// tolerates a deviation of a server, the event names it: see [Leniency].
//
// After the security exchange of a [Protector], the machine itself protects and opens
// commands and replies (RFC 2228): drivers see them in plain form.
//
// Getters never change anything: [Machine.State],
// [Machine.Params], [Machine.Protection], [Machine.Pending].
//
// Errors say whose fault it is and whether the connection can still be used:
// see [ReplyError], [SequenceError], [ArgumentError], [SyntaxError],
// [ViolationError] and [ProtectionError].
//
// RFC 959 and 1123 are the base; 2228, 2389, 2428, 2640, 3659, 4217 and 7151
// are the extensions whose verbs the tables hold, with RFC 1639, RFC 6384 and the
// drafts that servers speak.
package protocol
