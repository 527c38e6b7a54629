package conformance_test

import (
	"context"
	"fmt"

	"github.com/ftpwire/ftpwire/conformance"
	"github.com/ftpwire/ftpwire/conformance/ftptest"
)

// A case of one's own is a value. It speaks to the server through T and returns if the
// requirement is met.
func ExampleRun() {
	srv, err := ftptest.Start(&ftptest.Config{})
	if err != nil {
		panic(err)
	}
	defer srv.Close()

	keepsBlanks := conformance.Case{
		ID: "ours-blanks", RFC: "practice", Level: conformance.Should,
		Text:  "Blanks at the end of a name are kept.",
		Needs: []string{conformance.NeedLogin, conformance.NeedWrite},
		Run: func(t *conformance.T) {
			name := t.Name("blank") + " "
			t.Up(name, []byte("hello"))
			for _, line := range t.Lines("NLST") {
				if line == name {
					return
				}
			}
			t.Failf("NLST does not list %q", name)
		},
	}

	target := conformance.Target{Addr: srv.Addr(), User: "user", Password: "password"}
	report, err := conformance.Run(context.Background(), target, conformance.Options{
		Cases: []conformance.Case{keepsBlanks}, // or append(conformance.Cases(), keepsBlanks)
	})
	if err != nil {
		panic(err)
	}
	for _, r := range report.Results {
		fmt.Println(r.Verdict, r.ID, r.Reason)
	}
	// Output: PASS ours-blanks
}
