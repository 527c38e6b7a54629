package ftpwire_test

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/protocol"
)

// A server has words of its own for "too many users, come back later". A quirk of one's own
// says so, and retries follow.
func ExampleProfile_ownQuirk() {
	server := startServer() // its greeting is "ftptest ready"
	defer server.Close()
	host, port, _ := strings.Cut(server.Addr(), ":")
	number, _ := strconv.Atoi(port)

	p := &ftpwire.Profile{Host: host, Port: number, User: "user", Password: "wrong", RootCAs: server.RootCAs()}
	p.Quirks.Own = []control.OwnQuirk{{
		Name:    "odd-530",
		Applies: func(s control.Server) bool { return strings.Contains(s.Greeting.Text(), "ftptest") },
		Meaning: func(verb protocol.Verb, r protocol.Reply) protocol.Meaning {
			if verb == "PASS" && r.Code == 530 {
				return protocol.TooManyUsers
			}
			return protocol.Unexplained
		},
	}}
	_, err := ftpwire.Dial(context.Background(), p)
	fmt.Println(ftpwire.Temporary(err))
	// Output: true
}
