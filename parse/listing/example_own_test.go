package listing_test

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/ftpwire/ftpwire/parse/listing"
)

// A format that no other server has: name, octets and a letter, with semicolons between
// them. What has no semicolons is left to the formats that are known.
func ExampleOptions_parser() {
	parser := func() func(string) (listing.Entry, error) {
		return func(line string) (listing.Entry, error) {
			f := strings.Split(line, ";")
			if len(f) != 3 {
				return listing.Entry{}, errors.ErrUnsupported
			}
			size, err := strconv.ParseInt(f[1], 10, 64)
			if err != nil {
				return listing.Entry{}, err // of this line; the listing goes on
			}
			e := listing.Entry{Name: f[0], Size: size, Kind: listing.KindFile}
			if f[2] == "d" {
				e.Kind = listing.KindDir
			}
			return e, nil
		}
	}
	text := "report;1200;f\r\nold;0;d\r\n-rw-r--r-- 1 u g 7 Jan  2 2020 readme\r\n"
	for e, err := range listing.Read(strings.NewReader(text), listing.Options{Parser: parser}, listing.Limits{}) {
		fmt.Println(e.Name, e.Kind, e.Size, err)
	}
	// Output:
	// report file 1200 <nil>
	// old dir 0 <nil>
	// readme file 7 <nil>
}
