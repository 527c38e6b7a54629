package ftpwire_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"strings"

	"github.com/ftpwire/ftpwire"
)

// Find out how a server can be connected to, and connect in the best way.
func ExampleProbe() {
	connect := func(ctx context.Context, secret string) error {
		r, err := ftpwire.Probe(ctx, ftpwire.ProbeOptions{
			Profile: ftpwire.Profile{Host: "ftp.example.com", User: "alice", Password: secret},
			Event:   func(e ftpwire.ProbeEvent) { log.Println(e.Combination) },
		})
		if err != nil || r.Recommended == nil {
			return errors.Join(err, errors.New(strings.Join(r.Why, "\n")))
		}
		client, err := ftpwire.Dial(ctx, r.Recommended)
		if err != nil {
			return err
		}
		return client.Close(ctx)
	}
	fmt.Println(connect(context.Background(), os.Getenv("FTPWIRE_PASSWORD")))
}
