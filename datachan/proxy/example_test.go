package proxy_test

import (
	"context"
	"fmt"
	"log"

	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/datachan/proxy"
)

// Control and data connections go through the proxy, in active mode too. For data
// beside it, Data.Dial would be the DialContext of a net.Dialer, without ListenFor.
func Example() {
	p, err := proxy.Parse("socks5h://user:password@proxy.example.com")
	if err != nil {
		log.Fatal(err)
	}
	cfg := &control.Config{Dial: p.DialControl}
	cfg.Data.Dial = p.DialContext
	cfg.Data.ListenFor = p.Listen
	c, err := control.Dial(context.Background(), "ftp.example.com:21", cfg)
	if err != nil {
		log.Fatal(err) // says which hop failed
	}
	defer c.Close()
}

func ExampleParse() {
	p, err := proxy.Parse(`http://CORP%5Cjoe:secret@proxy.example.com:3128`)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(p, p.Domain, p.User)
	// Output: http://proxy.example.com:3128 CORP joe
}
