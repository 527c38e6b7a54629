package ftpwire_test

import (
	"context"
	"fmt"
	"log"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/conformance/ftptest"
)

// Connect with explicit TLS, list a directory, fetch a file.
func Example() {
	server, done := exampleServer(ftptest.Config{})
	defer done()
	ctx := context.Background()

	profile := &ftpwire.Profile{Host: "ftp.example.com", User: "bob", Password: secret}
	standIn(profile, server)                  // stands in for a real server
	client, err := ftpwire.Dial(ctx, profile) // explicit TLS, verified, or an error
	if err != nil {
		log.Fatal(err, " ", profile.Diagnose(err))
	}
	defer client.Close(ctx)
	for entry, err := range client.Entries(ctx, "reports") {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(entry.Name, entry.Size, entry.Time)
	}
	_, err = client.Download(ctx, "reports/q3.csv", "q3.csv", nil) // whole, or not at all
	fmt.Println("q3.csv:", err)
	// Output:
	// 2025 -1 2026-10-01 06:30:00 +0000 UTC
	// q3.csv 8 2026-10-01 06:30:00 +0000 UTC
	// q3.csv: <nil>
}
