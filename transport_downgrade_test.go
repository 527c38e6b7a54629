package ftpwire_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/conformance/ftptest"
	"github.com/ftpwire/ftpwire/control"
)

// A URL in clear does not have the password sent in clear that the Profile would send over TLS only. The URL can come from a redirect of
// another server.
func TestTransportDowngrade(t *testing.T) {
	s := ftptest.NewServer(t, &ftptest.Config{TLS: ftptest.TLSExplicit})
	write(t, s, "/a.txt", []byte("x"))
	for _, variant := range []ftpwire.Variant{ftpwire.VariantDefault, ftpwire.VariantTLSExplicit, ftpwire.VariantTLSImplicit, ftpwire.VariantAuto} {
		t.Run(variant.String(), func(t *testing.T) {
			var mu sync.Mutex
			var sent []string
			c, _, _ := webClient(t, s, func(ft *ftpwire.Transport) {
				p := profileOf(s, ftptest.TLSExplicit)
				p.Variant = variant
				p.Trace = func(e control.TraceEvent) {
					mu.Lock()
					defer mu.Unlock()
					if e.Kind == control.TraceSent {
						sent = append(sent, e.Text)
					}
				}
				ft.Profile = p
			})
			get := func(url string) (int, error) {
				sent = nil
				r, err := c.Get(url)
				if err != nil {
					return 0, err
				}
				r.Body.Close()
				return r.StatusCode, nil
			}
			// ftptest of TLSExplicit takes logins in clear, too, so that only the client keeps the password.
			_, err := get("ftp://" + s.Addr() + "/a.txt")
			if text := strings.Join(sent, "\n"); strings.Contains(text, "USER user") && !strings.Contains(text, "AUTH TLS") {
				t.Errorf("the Profile's user was sent in clear: %q", sent)
			}
			if variant != ftpwire.VariantAuto && !isType[*ftpwire.ProfileError](err) {
				t.Errorf("%v, want a *ProfileError", err)
			}
			// Who gives a password with the request has it sent as the URL says.
			if status, err := get("ftp://user:password@" + s.Addr() + "/a.txt"); status != http.StatusOK {
				t.Errorf("with a user of its own: %d, %v", status, err)
			}
			if status, err := get("ftpes://" + s.Addr() + "/a.txt"); status != http.StatusOK {
				t.Errorf("over TLS: %d, %v", status, err)
			}
		})
	}
}
