package main

import (
	"crypto/rand"
	"errors"
	"strings"

	"github.com/ftpwire/ftpwire/conformance/ftptest"
)

// addUsers gives the server its users and virtual hosts. It returns the password
// that was made up, if one was.
func (f *serveFlags) addUsers(cfg *ftptest.Config) (made string, err error) {
	if f.quota < 0 {
		return "", usagef("--quota must not be negative")
	}
	for _, u := range f.users {
		fields := strings.SplitN(u, ":", 3)
		if len(fields) < 2 || fields[0] == "" {
			return "", &usageError{err: errors.New("--user must be NAME:PASSWORD or NAME:PASSWORD:ACCOUNT"), hint: "For an empty password write NAME: with nothing after the colon."}
		}
		user := ftptest.User{Name: fields[0], Password: fields[1]}
		if len(fields) > 2 {
			user.Account = fields[2]
		}
		cfg.Users = append(cfg.Users, user)
	}
	if len(f.users) == 0 && !f.anonymous {
		made = rand.Text()[:16]
		cfg.Users = []ftptest.User{{Name: "user", Password: made}}
	}
	for i := range cfg.Users {
		u := &cfg.Users[i]
		u.Quota = f.quota
		if cfg.ClientAuth != 0 {
			u.Certificate = u.Name
		}
		if f.otp.value != "none" {
			u.OneTime = &ftptest.OneTime{Hash: f.otp.value}
		}
	}
	for _, name := range f.hosts {
		cfg.Hosts = append(cfg.Hosts, ftptest.VirtualHost{Names: []string{name}, Users: cfg.Users, Anonymous: cfg.Anonymous})
	}
	return made, nil
}
