package ftpwire_test

import (
	"context"
	"fmt"
	"log"
	"path"
	"sync"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/conformance/ftptest"
)

// Fetch files on several connections at the same time.
func ExamplePool() {
	server, done := exampleServer(ftptest.Config{})
	defer done()
	ctx := context.Background()
	profile := &ftpwire.Profile{Host: "ftp.example.com", User: "alice", Password: secret}
	standIn(profile, server)
	pool := &ftpwire.Pool{Profile: profile, MaxConnections: 3}
	defer pool.Close(ctx)

	var wait sync.WaitGroup
	for _, name := range []string{"reports/q3.csv", "reports/2025/q4.csv", "pub/hello.txt"} {
		wait.Go(func() {
			err := pool.Do(ctx, func(ctx context.Context, client *ftpwire.Client) error {
				_, err := client.Download(ctx, name, path.Base(name), nil)
				return err
			})
			if err != nil {
				log.Print(name, ": ", err) // the others go on
			}
		})
	}
	wait.Wait()
	fmt.Println("at most", pool.Limit(), "at the same time")
	// Output: at most 3 at the same time
}
