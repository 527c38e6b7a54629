package ftpwire_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log"
	"time"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/conformance/ftptest"
	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/protocol"
)

// Tell errors apart: what became of the file, whether to try again, what to tell a person.
func Example_errors() {
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

	_, err = client.ReadFile(ctx, "reports/q9.csv")
	switch {
	case err == nil:
		fmt.Println("it came, and it is whole")
	case errors.Is(err, fs.ErrNotExist):
		fmt.Println("there is no such file")
	case ftpwire.Temporary(err):
		fmt.Println("try again later:", err)
	default:
		fmt.Println(err)
		fmt.Println(profile.Diagnose(err))
	}
	if file, ok := errors.AsType[*ftpwire.FileError](err); ok {
		fmt.Println(file.Op, file.Path)
	}
	if refusal, ok := errors.AsType[*protocol.ReplyError](err); ok {
		fmt.Println(refusal.Verb, refusal.Reply.Code)
	}
	// Output:
	// there is no such file
	// read reports/q9.csv
	// RETR 550
}

// A rejected login is told from the permissions of a file.
func Example_rejectedLogin() {
	server, done := exampleServer(ftptest.Config{})
	defer done()
	ctx := context.Background()

	profile := &ftpwire.Profile{Host: "ftp.example.com", User: "alice", Password: "wrong"}
	standIn(profile, server) // stands in for a real server
	_, err := ftpwire.Dial(ctx, profile)
	if rejected, ok := errors.AsType[*control.RejectedLoginError](err); ok {
		fmt.Println(rejected)
		fmt.Println(ftpwire.Temporary(err)) // never: repeated wrong passwords lock accounts
	}
	// Output:
	// ftp: PASS: 530 "Login incorrect"
	// false
}

// Every call ends when its context does. The Client can be used afterwards, or says that its
// connection is closed.
func Example_cancel() {
	server, done := exampleServer(ftptest.Config{Faults: []ftptest.Fault{"data-never-opens"}})
	defer done()
	ctx := context.Background()
	profile := &ftpwire.Profile{Host: "ftp.example.com", User: "alice", Password: secret}
	standIn(profile, server)
	client, err := ftpwire.Dial(ctx, profile)
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close(ctx)

	atMost, cancel := context.WithTimeout(ctx, 100*time.Millisecond)
	defer cancel()
	_, err = client.Download(atMost, "reports/q3.csv", "q3.csv", nil)
	if errors.Is(err, context.DeadlineExceeded) {
		fmt.Println("it took too long; there is no q3.csv, whole or half")
	}
	// Output: it took too long; there is no q3.csv, whole or half
}

// One thing counts the attempts: what Do repeats, the Client does not repeat by itself.
func ExampleRetry_Do() {
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

	again := ftpwire.Retry{Attempts: 2}
	err = again.Do(ctx, func(ctx context.Context) error { return client.Remove(ctx, "reports/q3.csv") }) // DELE is sent three times at most
	fmt.Println(err)
	// Output: <nil>
}
