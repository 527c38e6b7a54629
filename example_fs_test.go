package ftpwire_test

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"log"
	"net/http"

	"github.com/ftpwire/ftpwire"
)

// A tree on the server is a file system for everything that takes one.
func ExampleClient_FS() {
	server := startServer()
	defer server.Close()
	ctx := context.Background()
	client := dialExample(server)
	defer client.Close(ctx)

	files := client.FS(ctx, "pub")
	err := fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(files, name)
		fmt.Printf("%s: %q\n", name, data)
		return err
	})
	fmt.Println(err)
	// Output:
	// hello.txt: "hello\n"
	// <nil>
}

// Read one file of an archive without fetching the archive.
func ExampleFile() {
	server := startServer()
	defer server.Close()
	ctx := context.Background()
	client := dialExample(server)
	defer client.Close(ctx)
	var archive bytes.Buffer
	w := zip.NewWriter(&archive)
	f, _ := w.Create("inside.txt")
	io.WriteString(f, "hello from within\n")
	w.Close()
	if err := client.WriteFile(ctx, "pub/a.zip", archive.Bytes()); err != nil {
		log.Fatal(err)
	}

	file, err := client.Open(ctx, "pub/a.zip")
	if err != nil {
		log.Fatal(err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		log.Fatal(err)
	}
	archived, err := zip.NewReader(file, info.Size())
	if err != nil {
		log.Fatal(err)
	}
	data, err := fs.ReadFile(archived, "inside.txt")
	fmt.Printf("%q, %v\n", data, err)
	// Output: "hello from within\n", <nil>
}

// Package net/http speaks FTP. The Profile is needed only for what a URL can't say.
func ExampleTransport() {
	server := startServer()
	defer server.Close()

	transport := &ftpwire.Transport{}
	transport.Profile = &ftpwire.Profile{RootCAs: server.RootCAs()} // stands in for a real server
	defer transport.CloseIdleConnections()
	registry := http.DefaultTransport.(*http.Transport).Clone()
	for _, scheme := range []string{"ftp", "ftpes", "ftps"} {
		registry.RegisterProtocol(scheme, transport)
	}
	client := &http.Client{Transport: registry}

	url := "ftpes://alice:secret@ftp.example.com/pub/hello.txt"
	url = "ftpes://user:password@" + server.Addr() + "/pub/hello.txt" // stands in for a real server
	request, err := http.NewRequest("GET", url, nil)
	if err != nil {
		log.Fatal(err)
	}
	request.Header.Set("Range", "bytes=1-3")
	response, err := client.Do(request)
	if err != nil {
		log.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body) // a nil error says that all of it came
	fmt.Printf("%s: %q, %v\n", response.Status, body, err)
	// Output: 206 Partial Content: "ell", <nil>
}
