package control_test

import (
	"testing"

	"github.com/ftpwire/ftpwire/control"
)

// An account goes to those that ask for it, or to all.
func TestLoginAccount(t *testing.T) {
	always := control.LoginOptions{AccountAlways: true}
	runLogins(t, []loginCase{
		{name: "not asked for", account: "canary-acct", dialog: "USER user > 331 password; PASS canary-secret > 230 in; FEAT > 500 no"},
		{name: "asked for", account: "canary-acct", dialog: "USER user > 331 password; PASS canary-secret > 332 account; ACCT canary-acct > 230 in; FEAT > 500 no"},
		{name: "always", options: always, account: "canary-acct", dialog: "USER user > 331 password; PASS canary-secret > 230 in; ACCT canary-acct > 202 superfluous; FEAT > 500 no"},
		{name: "always, without a password", options: always, account: "canary-acct", dialog: "USER user > 230 in; ACCT canary-acct > 230 ok; FEAT > 500 no"},
		{name: "always, and asked for", options: always, account: "canary-acct", dialog: "USER user > 331 password; PASS canary-secret > 332 account; ACCT canary-acct > 230 in; FEAT > 500 no"},
		{name: "always, without one", options: always, dialog: "USER user > 331 password; PASS canary-secret > 230 in; FEAT > 500 no"},
		{name: "always, refused", options: always, account: "canary-acct", dialog: "USER user > 331 password; PASS canary-secret > 230 in; ACCT canary-acct > 530 no",
			want: func(err error) bool { return err != nil }},
	})
}
