package peer

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"testing"
	"time"

	"github.com/ftpwire/ftpwire/tlsx"
)

var manual struct {
	server, tls, user, password string
	hold                        time.Duration
	options                     Options
}

func TestMain(m *testing.M) {
	flag.StringVar(&manual.server, "server", "", "TestManual: the server to run, one of "+fmt.Sprint(append(allNames(), OtherNames()...)))
	flag.StringVar(&manual.tls, "tls", "none", "TestManual: none, explicit or implicit")
	flag.DurationVar(&manual.hold, "hold", 5*time.Minute, "TestManual: how long to keep the server running")
	flag.StringVar(&manual.options.User, "user", "", "TestManual: login name")
	flag.StringVar(&manual.options.Password, "password", "", "TestManual: password (default random)")
	flag.BoolVar(&manual.options.RequireReuse, "require-reuse", false, "TestManual: data connections must resume TLS")
	flag.BoolVar(&manual.options.RequireTLS, "require-tls", false, "TestManual: no clear logins")
	flag.BoolVar(&manual.options.RequirePROT, "require-prot", false, "TestManual: no clear transfers")
	flag.BoolVar(&manual.options.Strict, "strict", false, "TestManual: close_notify required")
	flag.BoolVar(&manual.options.NoTickets, "no-tickets", false, "TestManual: no session tickets on TLS 1.2")
	flag.BoolVar(&manual.options.ModeZ, "mode-z", false, "TestManual: MODE Z")
	flag.BoolVar(&manual.options.Hash, "hash", false, "TestManual: HASH")
	flag.Func("extra", "TestManual: a further line of the configuration, or argument; may be repeated", func(line string) error {
		manual.options.Extra = append(manual.options.Extra, line)
		return nil
	})
	flag.StringVar(&manual.options.Fault, "fault", "", "TestManual: a fault of the folder mutants, for pyftpdlib")
	flag.Parse()
	os.Exit(m.Run())
}

// TestManual keeps one server running, for trying a client against it by hand.
// Control-C ends it early. With -v its address is seen at once.
func TestManual(t *testing.T) {
	if manual.server == "" {
		t.Skip("for use by hand: give -server NAME, and -v to see what it prints")
	}
	mode, ok := map[string]tlsx.Mode{"none": Plain, "explicit": Explicit, "implicit": Implicit}[manual.tls]
	if !ok {
		t.Fatalf("-tls %s: want none, explicit or implicit", manual.tls)
	}
	if end, ok := t.Deadline(); ok && time.Until(end) < manual.hold {
		t.Fatalf("-hold %v is longer than the test may run: add -timeout 0", manual.hold)
	}
	o := manual.options
	o.TLS = mode
	s := Start(t, manual.server, o)
	scheme := map[tlsx.Mode]string{Plain: "ftp", Explicit: "ftpes", Implicit: "ftps"}[mode]
	fmt.Printf(`%s %s, %v
address   %s
URL       %s://%s@%s/
user      %s
password  %s
CA        %s
home      %s (%s)
until     %s, or Control-C
`, s.Name, s.Version, mode, s.Addr, scheme, s.User, s.Addr, s.User, s.Password, s.CAFile,
		s.Home, s.HomePath, time.Now().Add(manual.hold).Format(time.TimeOnly))

	ctx, cancel := signal.NotifyContext(t.Context(), os.Interrupt, syscall.SIGTERM)
	defer cancel()
	ctx, cancel = context.WithTimeout(ctx, manual.hold)
	defer cancel()
	<-ctx.Done()
	fmt.Printf("\nlog of %s\n%s", s.Name, s.Log())
}
