package ftpwire_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/conformance/ftptest"
	"github.com/ftpwire/ftpwire/parse/listing"
)

// Connect with explicit TLS, list a directory, fetch a file. The server of the
// example stands in for a real one, for which RootCAs and Port need not be given.
func Example() {
	server, local := startServer()
	defer server.Close()
	defer os.RemoveAll(filepath.Dir(local))
	host, port, _ := strings.Cut(server.Addr(), ":")
	number, _ := strconv.Atoi(port)
	ctx := context.Background()

	profile := &ftpwire.Profile{Host: host, Port: number, User: "user", Password: "password", RootCAs: server.RootCAs()}
	client, err := ftpwire.Dial(ctx, profile)
	if err != nil {
		fmt.Println(err, ftpwire.Diagnose(err))
		return
	}
	defer client.Close(ctx)
	for entry, err := range client.Entries(ctx, "pub") {
		if entry.Kind == listing.KindFile || err != nil {
			fmt.Println(entry.Name, entry.Size, err)
		}
	}
	r, err := client.Download(ctx, "pub/hello.txt", local, nil)
	fmt.Println(r.Bytes, "bytes,", err)
	// Output:
	// hello.txt 6 <nil>
	// 6 bytes, <nil>
}

// startServer returns a server with a file, and the name of a local file to be.
func startServer() (*ftptest.Server, string) {
	server, err := ftptest.Start(&ftptest.Config{TLS: ftptest.TLSExplicit})
	if err != nil {
		panic(err)
	}
	if err := server.WriteFile("/pub/hello.txt", []byte("hello\n")); err != nil {
		panic(err)
	}
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		panic(err)
	}
	return server, filepath.Join(dir, "hello.txt")
}
