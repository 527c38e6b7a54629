package ftpwire_test

import (
	"context"
	"fmt"
	"log"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/conformance/ftptest"
)

// Copy a file from one server to another one, which exchange the data themselves.
func ExampleTransfer() {
	users := []ftptest.User{{Name: "user", Password: "password"}}
	source, done := exampleServer(ftptest.Config{Users: users})
	defer done()
	destination, closed := exampleServer(ftptest.Config{Users: users})
	defer closed()
	ctx := context.Background()
	from, to := dialExample(source), dialExample(destination)
	defer from.Close(ctx)
	defer to.Close(ctx)
	if err := to.Mkdir(ctx, "images"); err != nil {
		log.Fatal(err)
	}

	r, err := ftpwire.Transfer(ctx, from, "reports/q3.csv", to, "images/q3.csv", &ftpwire.FXPOptions{Verify: true})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(r.Proof)
	// Output: reply, size, hash
}
