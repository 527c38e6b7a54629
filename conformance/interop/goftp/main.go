// Command goftp is an FTP server of one user with goftp.io/server, set up by a JSON file.
package main

import (
	"encoding/json"
	"fmt"
	"log"
	"os"
	"runtime/debug"

	"goftp.io/server/v2"
	"goftp.io/server/v2/driver/file"
)

func main() {
	log.SetFlags(0)
	if len(os.Args) != 2 {
		log.Fatal("usage: goftp -version | SETTINGS.json")
	}
	if os.Args[1] == "-version" {
		info, _ := debug.ReadBuildInfo()
		for _, m := range info.Deps {
			fmt.Println(m.Path, m.Version)
		}
		return
	}
	if err := serve(os.Args[1]); err != nil {
		log.Fatal(err)
	}
}

func serve(path string) error {
	var s struct {
		Port                            int
		User, Password, Home, Cert, Key string
		RequireTLS                      bool
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, &s); err != nil {
		return err
	}
	driver, err := file.NewDriver(s.Home)
	if err != nil {
		return err
	}
	f, err := server.NewServer(&server.Options{
		Driver:       driver,
		Auth:         &server.SimpleAuth{Name: s.User, Password: s.Password},
		Perm:         server.NewSimplePerm("peer", "peer"),
		Hostname:     "127.0.0.1",
		Port:         s.Port,
		TLS:          s.Cert != "",
		CertFile:     s.Cert,
		KeyFile:      s.Key,
		ExplicitFTPS: s.Cert != "",
		ForceTLS:     s.RequireTLS,
	})
	if err != nil {
		return err
	}
	return f.ListenAndServe()
}
