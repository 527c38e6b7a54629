package ftpwire_test

import (
	"context"
	"strings"
	"testing"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/conformance/ftptest"
)

// handIn is a program's own code: it stores a report, and its name tells that it is whole.
func handIn(ctx context.Context, profile *ftpwire.Profile, name, report string) error {
	client, err := ftpwire.Dial(ctx, profile)
	if err != nil {
		return err
	}
	defer client.Close(ctx)
	_, err = client.Put(ctx, name, strings.NewReader(report), &ftpwire.TransferOptions{Require: ftpwire.ProofSize})
	return err
}

func TestHandIn(t *testing.T) {
	server := ftptest.NewServer(t, &ftptest.Config{TLS: ftptest.TLSExplicit})
	location, err := ftpwire.ParseURL(server.URL())
	if err != nil {
		t.Fatal(err)
	}
	profile := &location.Profile
	profile.RootCAs = server.RootCAs()

	if err := handIn(t.Context(), profile, "q3.csv", "a;b\n"); err != nil {
		t.Fatal(err)
	}
	got, err := server.ReadFile("/q3.csv")
	if err != nil || string(got) != "a;b\n" {
		t.Errorf("the server has %q, %v", got, err)
	}
}

func TestHandInToFullDisk(t *testing.T) {
	server := ftptest.NewServer(t, &ftptest.Config{
		TLS:    ftptest.TLSExplicit,
		Users:  []ftptest.User{{Name: "user", Password: "password", Quota: 2}},
		Faults: []ftptest.Fault{"epsv-refused"}, // and EPSV does not work, as behind some firewalls
	})
	location, err := ftpwire.ParseURL(server.URL())
	if err != nil {
		t.Fatal(err)
	}
	profile := &location.Profile
	profile.RootCAs = server.RootCAs()

	err = handIn(t.Context(), profile, "q3.csv", "a;b\n")
	if ftpwire.KindOf(err) != ftpwire.KindNoSpace {
		t.Errorf("the error is %v", err)
	}
}
