package ftpwire_test

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/datachan"
)

// A Profile as JSON, such as an application stores it. The password is left out.
func ExampleProfile_MarshalJSON() {
	p := ftpwire.Profile{
		Name: "nas", Variant: ftpwire.VariantTLSImplicit, Host: "nas.example.com", User: "alice", Password: "secret",
		DataMode: datachan.ModeActive, Timeout: 20 * time.Second, CodePage: "windows-1252",
	}
	text, err := json.MarshalIndent(p, "", "  ")
	fmt.Println(string(text), err)
	// Output:
	// {
	//   "code_page": "windows-1252",
	//   "data_mode": "active",
	//   "host": "nas.example.com",
	//   "name": "nas",
	//   "timeout": "20s",
	//   "user": "alice",
	//   "variant": "ftp-tls-implicit"
	// } <nil>
}

// A key that is not known is an error that names the one that may have been meant.
func ExampleProfile_UnmarshalJSON() {
	var p ftpwire.Profile
	err := json.Unmarshal([]byte(`{"host": "nas.example.com", "tls_mim": "1.3"}`), &p)
	fmt.Println(err)
	// Output: ftp: profile: tls_mim is not a setting; did you mean tls_min?
}

// What can't be is said at once, field by field.
func ExampleProfile_Validate() {
	p := ftpwire.Profile{Host: "nas.example.com:2121", Authentication: "publickey"}
	fmt.Println(p.Validate())
	// Output:
	// ftp: profile: Host has a port in it: Host is "nas.example.com", and 2121 belongs into Port
	// ftp: profile: Authentication can't be by public key: that belongs to SFTP, which is SSH; FTP has passwords, and client certificates over TLS (ClientCertificates)
}

// A Profile from a URL, and back.
func ExampleParseURL() {
	l, err := ftpwire.ParseURL("ftps://alice@nas.example.com/pub/report.pdf")
	fmt.Println(l.Profile.Variant, l.Profile.Host, l.Path, err)
	l.Path = "/srv/a file"
	fmt.Println(l.URL(false))
	// Output:
	// ftp-tls-implicit nas.example.com pub/report.pdf <nil>
	// ftps://alice@nas.example.com/%2Fsrv/a%20file
}
