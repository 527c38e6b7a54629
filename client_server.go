package ftpwire

import "github.com/ftpwire/ftpwire/control"

// Server returns which software the server is, as far as it has shown, with the evidence. It
// sends nothing. What the Client did so far is what is known: a listing tells most, and after
// a login on a server that hides its name there may be no name at all. SYST and HELP, sent by
// [control.Conn.Do], can tell more.
func (c *Client) Server() control.Server { return c.Conn().Server() }
