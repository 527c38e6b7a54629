package ftpwire_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"time"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/conformance/ftptest"
)

// Download a file with progress. What a failure leaves is gone on with, here by the next
// attempt, and otherwise by the next call.
func Example_download() {
	server, done := exampleServer(ftptest.Config{})
	defer done()
	ctx := context.Background()
	profile := &ftpwire.Profile{Host: "ftp.example.com", User: "alice", Password: secret}
	standIn(profile, server)
	client, err := ftpwire.Dial(ctx, profile)
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close(ctx)

	r, err := client.Download(ctx, "reports/q3.csv", "q3.csv", &ftpwire.TransferOptions{
		Resume:   true, // only what is proven to be the beginning of the same file is kept
		Retry:    ftpwire.Retry{Attempts: 5, Delay: 2 * time.Second},
		Progress: func(done, total int64) { fmt.Printf("%d of %d octets\n", done, total) },
	})
	if err != nil {
		log.Fatal(err) // r.Partial is what there is, to go on from
	}
	fmt.Println(r.Bytes, "octets, proven by:", r.Proof)
	// Output:
	// 0 of 8 octets
	// 8 of 8 octets
	// 8 octets, proven by: reply, close_notify, size
}

// Upload a file. It gets its name only when the server's sum of it is that of the local file.
func Example_upload() {
	server, done := exampleServer(ftptest.Config{})
	defer done()
	ctx := context.Background()
	profile := &ftpwire.Profile{Host: "ftp.example.com", User: "alice", Password: secret}
	standIn(profile, server)
	client, err := ftpwire.Dial(ctx, profile)
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close(ctx)
	if err := os.WriteFile("q4.csv", []byte("a;b\n"), 0o644); err != nil {
		log.Fatal(err)
	}

	r, err := client.Upload(ctx, "q4.csv", "reports/q4.csv", &ftpwire.TransferOptions{
		TempUpload: true, // until then it has another name
		Require:    ftpwire.ProofHash,
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(r.Algorithm, r.Proof)
	// Output: SHA-256 reply, size, hash
}
