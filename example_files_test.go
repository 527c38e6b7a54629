package ftpwire_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strconv"
	"strings"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/conformance/ftptest"
	"github.com/ftpwire/ftpwire/parse/listing"
)

// dialExample returns a Client of a server that stands in for a real one.
func dialExample(server *ftptest.Server) *ftpwire.Client {
	host, port, _ := strings.Cut(server.Addr(), ":")
	number, _ := strconv.Atoi(port)
	client, err := ftpwire.Dial(context.Background(), &ftpwire.Profile{Host: host, Port: number, User: "user", Password: "password", RootCAs: server.RootCAs()})
	if err != nil {
		panic(err)
	}
	return client
}

// startServer returns a server with a file.
func startServer() *ftptest.Server {
	server, err := ftptest.Start(&ftptest.Config{TLS: ftptest.TLSExplicit})
	if err != nil {
		panic(err)
	}
	if err := server.WriteFile("/pub/hello.txt", []byte("hello\n")); err != nil {
		panic(err)
	}
	return server
}

// Walk through a tree and read the files in it. The loop may use the Client.
func ExampleClient_Walk() {
	server := startServer()
	defer server.Close()
	ctx := context.Background()
	client := dialExample(server)
	defer client.Close(ctx)

	for w, err := range client.Walk(ctx, "pub") {
		if err != nil {
			fmt.Println(err)
			return
		}
		if w.Kind != listing.KindFile {
			continue
		}
		data, err := client.ReadFile(ctx, w.Path)
		fmt.Printf("%s: %q, %v\n", w.Path, data, err)
	}
	// Output:
	// pub/hello.txt: "hello\n", <nil>
}

// Store a file bit by bit. Only a nil error from Close says that it is stored.
func ExampleClient_Create() {
	server := startServer()
	defer server.Close()
	ctx := context.Background()
	client := dialExample(server)
	defer client.Close(ctx)

	if err := client.MkdirAll(ctx, "in/2026"); err != nil {
		fmt.Println(err)
		return
	}
	w, err := client.Create(ctx, "in/2026/report.csv")
	if err != nil {
		fmt.Println(err)
		return
	}
	for n := range 3 {
		fmt.Fprintf(w, "%d;%d\n", n, n*n) // Close returns the error of a failed Write, too
	}
	fmt.Println("stored:", w.Close())
	data, err := client.ReadFile(ctx, "in/2026/report.csv")
	fmt.Printf("%q %v\n", data, err)
	// Output:
	// stored: <nil>
	// "0;0\n1;1\n2;4\n" <nil>
}

// Read a file from an offset on.
func ExampleClient_OpenAt() {
	server := startServer()
	defer server.Close()
	ctx := context.Background()
	client := dialExample(server)
	defer client.Close(ctx)

	r, err := client.OpenAt(ctx, "pub/hello.txt", 2)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer r.Close()
	var rest bytes.Buffer
	_, err = io.Copy(&rest, r) // nil: the server confirmed that this is all
	fmt.Printf("%q %v\n", rest.String(), err)
	// Output: "llo\n" <nil>
}

// Tell what went wrong.
func ExampleFileError() {
	server := startServer()
	defer server.Close()
	ctx := context.Background()
	client := dialExample(server)
	defer client.Close(ctx)

	err := client.Remove(ctx, "pub/old.txt")
	if file, ok := errors.AsType[*ftpwire.FileError](err); ok && errors.Is(err, fs.ErrNotExist) {
		fmt.Println(file.Op, file.Path, "is not there; the connection was lost:", file.Lost != nil)
	}
	fmt.Println(client.RemoveAll(ctx, "pub/old.txt"))
	// Output:
	// remove pub/old.txt is not there; the connection was lost: false
	// <nil>
}
