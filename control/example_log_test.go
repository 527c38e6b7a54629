package control_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"strings"

	"github.com/ftpwire/ftpwire/conformance/ftptest"
	"github.com/ftpwire/ftpwire/control"
)

// Log what is sent and what happens with log/slog, but not the replies. The password is
// masked. The example leaves out what differs from run to run: time, address, duration.
func ExampleConfig_logger() {
	server, err := ftptest.Start(&ftptest.Config{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer server.Close()
	logger := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		switch a.Key {
		case slog.TimeKey, "address", "duration":
			return slog.Attr{}
		case slog.MessageKey:
			a.Value = slog.StringValue(strings.ReplaceAll(a.Value.String(), server.Addr(), "SERVER"))
		}
		return a
	}}))

	ctx := context.Background()
	conn, err := control.Dial(ctx, server.Addr(), &control.Config{
		Security: control.SecurityNone,
		Logger:   logger, LogSent: true, LogReceived: false,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer conn.Close()
	if err := conn.Login(ctx, "user", "password", ""); err != nil {
		fmt.Println(err)
	}
	// Output:
	// level=INFO msg="connected to SERVER" kind=connected
	// level=INFO msg="USER user" kind=sent verb=USER
	// level=INFO msg="PASS ****" kind=sent verb=PASS
	// level=INFO msg=FEAT kind=sent verb=FEAT
	// level=INFO msg="quirk utf8-after-clnt: FEAT lists CLNT beside UTF8; CLNT goes before OPTS UTF8 ON" kind=note
	// level=INFO msg="CLNT ftpwire" kind=sent verb=CLNT
	// level=INFO msg="OPTS UTF8 ON" kind=sent verb=OPTS
	// level=INFO msg="control connection: closed" kind=closed
}
