package ftpwire_test

import (
	"context"
	"fmt"
	"log"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/conformance/ftptest"
	"github.com/ftpwire/ftpwire/datachan"
	"github.com/ftpwire/ftpwire/datachan/proxy"
)

// Connect through a proxy. Data connections go through it, too.
func Example_proxy() {
	server, done := exampleServer(ftptest.Config{})
	defer done()
	ctx := context.Background()

	through, err := proxy.Parse("socks5://proxy.example.com:1080")
	if err != nil {
		log.Fatal(err)
	}
	profile := &ftpwire.Profile{Host: "ftp.example.com", User: "alice", Password: secret, Proxy: through}
	standInProxy(through, server) // stands in for a real server
	standIn(profile, server)      // stands in for a real server
	profile.Dial = nil            // stands in for a real server
	client, err := ftpwire.Dial(ctx, profile)
	if err != nil {
		log.Fatal(err)
	}
	data, err := client.ReadFile(ctx, "pub/hello.txt")
	fmt.Printf("%q %v\n", data, err)
	client.Close(ctx)
	// Output: "hello\n" <nil>
}

// Have the server open data connections, to ports that the firewall lets in.
func Example_activeMode() {
	server, done := exampleServer(ftptest.Config{})
	defer done()
	ctx := context.Background()

	profile := &ftpwire.Profile{Host: "ftp.example.com", User: "alice", Password: secret, DataMode: datachan.ModeActive}
	profile.Data.ActivePorts = datachan.PortRange{First: 50000, Last: 50010}
	standIn(profile, server) // stands in for a real server
	client, err := ftpwire.Dial(ctx, profile)
	if err != nil {
		log.Fatal(err)
	}
	data, err := client.ReadFile(ctx, "pub/hello.txt")
	fmt.Printf("%q %v\n", data, err)
	client.Close(ctx)
	// Output: "hello\n" <nil>
}

// Read names and dates of a server that has an old code page and its own form of dates.
func Example_oldServer() {
	server, done := exampleServer(ftptest.Config{ListStyle: ftptest.ListDOS})
	defer done()
	ctx := context.Background()

	profile := &ftpwire.Profile{
		Host: "old.example.com", User: "alice", Password: secret, Variant: ftpwire.VariantFTP, // clear text
		CodePage: "windows-1252", DateFormat: "MM-dd-yy hh:mma", TimeZone: "Europe/Vienna",
	}
	standIn(profile, server) // stands in for a real server
	client, err := ftpwire.Dial(ctx, profile)
	if err != nil {
		log.Fatal(err)
	}
	entries, err := client.ReadDir(ctx, "pub")
	fmt.Println(entries[0].Name, err)
	client.Close(ctx)
	// Output: hello.txt <nil>
}
