package ftptest_test

import (
	"fmt"
	"net/textproto"

	"github.com/ftpwire/ftpwire/conformance/ftptest"
)

// A server on a free port of loopback, with one file.
func ExampleStart() {
	s, err := ftptest.Start(&ftptest.Config{
		Users:  []ftptest.User{{Name: "alice", Password: "wonderland"}},
		Faults: []ftptest.Fault{"epsv-refused"},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer s.Close()
	if err := s.WriteFile("/pub/hello.txt", []byte("hello\n")); err != nil {
		fmt.Println(err)
		return
	}

	c, err := textproto.Dial("tcp", s.Addr())
	if err != nil {
		fmt.Println(err)
		return
	}
	defer c.Close()
	for _, line := range []string{"", "USER alice", "PASS wonderland", "TYPE I", "SIZE pub/hello.txt", "EPSV", "QUIT"} {
		if line != "" {
			c.PrintfLine("%s", line)
		}
		reply, err := c.ReadLine()
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(reply)
	}
	fmt.Println(s.Commands())
	// Output:
	// 220 ftptest ready
	// 331 Password required for alice
	// 230 Logged in as alice
	// 200 Type is I
	// 213 6
	// 502 Command not implemented
	// 221 Goodbye
	// [USER alice PASS **** TYPE I SIZE pub/hello.txt EPSV QUIT]
}
