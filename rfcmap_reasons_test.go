package ftpwire_test

import "github.com/ftpwire/ftpwire/protocol"

// unsent says why a command is sent by nothing.
var unsent = map[protocol.Verb]string{}

// reasons say why a row has no sender (0), no test (1) or no conformance case (2).
var reasons = map[column]string{}
