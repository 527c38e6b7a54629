package parse

import (
	"errors"
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// addrTest is a row for a parser of addresses: text and either the result or a reason.
type addrTest struct {
	name string
	text string
	want string // as netip prints it; ":port" for a port alone
	err  string
	at   int // offset of the error
}

func runAddrTests(t *testing.T, parse func(string) (netip.AddrPort, error), tests []addrTest) {
	t.Helper()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := parse(tt.text)
			if tt.err != "" {
				if e := wantError(t, err, tt.text, tt.err); e.Offset != tt.at {
					t.Errorf("offset is %d, want %d", e.Offset, tt.at)
				}
				if got.IsValid() {
					t.Errorf("result with an error: %v", got)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			s := got.String()
			if !got.Addr().IsValid() {
				s = FormatEPSV(got.Port())
			}
			if diff := cmp.Diff(tt.want, s); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
		})
	}
}

func TestPASV(t *testing.T) {
	runAddrTests(t, PASV, []addrTest{
		{name: "usual", text: "Entering Passive Mode (192,168,1,9,9,17).", want: "192.168.1.9:2321"},
		{name: "no parentheses", text: "Connect for the data to host and port 127,0,0,1,9,17", want: "127.0.0.1:2321"},
		{name: "equals sign", text: "=127,0,0,1,9,17", want: "127.0.0.1:2321"},
		{name: "numbers alone", text: "1,2,3,4,5,6", want: "1.2.3.4:1286"},
		{name: "blanks", text: "Entering Passive Mode ( 10 , 0, 0,\t5 ,0, 22 )", want: "10.0.0.5:22"},
		{name: "digits before the group", text: "Ok 2 go, 1,1,1,1,1,1 or rather (10,0,0,5,0,22)", want: "10.0.0.5:22"},
		{name: "last group", text: "(10,0,0,5,0,21) (10,0,0,6,0,22)", want: "10.0.0.6:22"},
		{name: "group without numbers behind", text: "(10,0,0,5,0,22) (IPv4 only)", want: "10.0.0.5:22"},
		{name: "digits before the numbers", text: "Mode 4: 10,0,0,5,0,22", want: "10.0.0.5:22"},
		{name: "sentence behind", text: "10,0,0,5,0,22. 20 users, 3 free", want: "10.0.0.5:22"},
		{name: "parenthesis not closed", text: "Passive (10,0,0,5,0,22", want: "10.0.0.5:22"},
		{name: "zero host", text: "(0,0,0,0,4,1)", want: "0.0.0.0:1025"},
		{name: "leading zeros", text: "(127,000,000,001,009,017)", want: "127.0.0.1:2321"},
		{name: "several lines", text: "Entering\nPassive Mode\n(1,2,3,4,5,6)", want: "1.2.3.4:1286"},
		{name: "octet 256", text: "(127,0,0,256,9,17)", err: "above 255", at: 9},
		{name: "four digits", text: "(127,0,0,1,0009,17)", err: "above 255", at: 11},
		{name: "huge", text: "(1000,0,0,1,99999999999999999999,51)", err: "above 255", at: 1},
		{name: "negative", text: "(-1,2,3,4,5,6)", err: "no host and port", at: 2},
		{name: "port 0", text: "(127,0,0,1,0,0)", err: "port 0", at: 11},
		{name: "five numbers", text: "(127,0,0,1,4)", err: "no host and port", at: 1},
		{name: "seven numbers", text: "(1,2,3,4,5,6,7)", err: "no host and port", at: 1},
		{name: "seven numbers with blanks", text: "1,2,3,4,5,6 , 7", err: "no host and port", at: 0},
		{name: "a word at the end", text: "1,2,3,4,5,6th", err: "no host and port", at: 0},
		{name: "fraction", text: "1,2,3,4,5,6.5", err: "no host and port", at: 0},
		{name: "no digits", text: "Entering Passive Mode", err: "no host and port", at: 0},
		{name: "empty", text: "", err: "no host and port", at: 0},
	})
}

func TestEPSV(t *testing.T) {
	runAddrTests(t, EPSV, []addrTest{
		{name: "usual", text: "Entering Extended Passive Mode (|||6446|)", want: "(|||6446|)"},
		{name: "IBM", text: "Entering extended passive mode (!!!6446!)", want: "(|||6446|)"},
		{name: "parenthesis as delimiter", text: "(((((21()", want: "(|||21|)"},
		{name: "largest", text: "(|||65535|)", want: "(|||65535|)"},
		{name: "last group", text: "(|||21|) (|||22|) (sorry)", want: "(|||22|)"},
		{name: "filled", text: "(|1|10.0.0.5|22|)", want: "10.0.0.5:22"},
		{name: "address only", text: "(||10.0.0.5|22|)", want: "10.0.0.5:22"},
		{name: "filled IPv6", text: "(|2|::1|22|)", want: "[::1]:22"},
		{name: "port 0", text: "x (|||0|)", err: "not 1 to 65535", at: 6},
		{name: "65536", text: "(|||65536|)", err: "not 1 to 65535", at: 4},
		{name: "million", text: "(|||1000000|)", err: "not 1 to 65535", at: 4},
		{name: "leading zeros", text: "(|||000022|)", err: "not 1 to 65535", at: 4},
		{name: "negative", text: "(|||-1|)", err: "not a number", at: 4},
		{name: "plus", text: "(|||+21|)", err: "not a number", at: 4},
		{name: "hexadecimal", text: "(|||0x15|)", err: "not a number", at: 4},
		{name: "no port", text: "(||||)", err: "not a number", at: 4},
		{name: "mixed delimiters", text: "(|!|22|)", err: "no (|||port|)", at: 0},
		{name: "not closed", text: "(|||22|", err: "no (|||port|)", at: 0},
		{name: "last delimiter missing", text: "(|||22)", err: "no (|||port|)", at: 0},
		{name: "digits as delimiter", text: "(111221)", err: "no (|||port|)", at: 0},
		{name: "blank as delimiter", text: "(   22 )", err: "no (|||port|)", at: 0},
		{name: "no parentheses", text: "|||22|", err: "no (|||port|)", at: 0},
		{name: "long field", text: "(|" + strings.Repeat("x", 65) + "||22|)", err: "no (|||port|)", at: 0},
		{name: "227 text", text: "Entering Passive Mode (1,2,3,4,5,6)", err: "no (|||port|)", at: 0},
		{name: "family without address", text: "(|1||22|)", err: "not an IP address", at: 4},
		{name: "unknown family", text: "(|3|x|22|)", err: "unknown address family", at: 2},
		{name: "wrong family", text: "(|2|10.0.0.5|22|)", err: "family", at: 4},
		{name: "empty", text: "", err: "no (|||port|)", at: 0},
	})
}

func TestPORT(t *testing.T) {
	runAddrTests(t, PORT, []addrTest{
		{name: "usual", text: "127,0,0,1,9,17", want: "127.0.0.1:2321"},
		{name: "largest", text: "255,255,255,255,255,255", want: "255.255.255.255:65535"},
		{name: "port 0", text: "127,0,0,1,0,0", err: "port 0", at: 10},
		{name: "256", text: "127,0,0,1,256,1", err: "above 255", at: 10},
		{name: "blank", text: "127, 0,0,1,9,17", err: "not h1", at: 4},
		{name: "blank at the end", text: "127,0,0,1,9,17 ", err: "not h1", at: 14},
		{name: "parentheses", text: "(127,0,0,1,9,17)", err: "not h1", at: 0},
		{name: "five", text: "127,0,0,1,4", err: "not h1", at: 11},
		{name: "seven", text: "1,2,3,4,5,6,7", err: "not h1", at: 11},
		{name: "empty", text: "", err: "not h1", at: 0},
	})
}

func TestEPRT(t *testing.T) {
	runAddrTests(t, EPRT, []addrTest{
		{name: "IPv4", text: "|1|132.235.1.2|6275|", want: "132.235.1.2:6275"},
		{name: "IPv6", text: "|2|1080::8:800:200C:417A|5282|", want: "[1080::8:800:200c:417a]:5282"},
		{name: "delimiter", text: "!1!127.0.0.1!21!", want: "127.0.0.1:21"},
		{name: "tilde", text: "~2~::1~21~", want: "[::1]:21"},
		{name: "mapped", text: "|2|::ffff:127.0.0.1|21|", want: "127.0.0.1:21"},
		{name: "family 9", text: "|9|x|1|", err: "unknown address family", at: 1},
		{name: "family not a number", text: "|x|127.0.0.1|1|", err: "not a number", at: 1},
		{name: "family missing", text: "||127.0.0.1|1|", err: "not a number", at: 1},
		{name: "bad address", text: "|1|127.0.0|1|", err: "not an IP address", at: 3},
		{name: "IPv6 in family 1", text: "|1|::1|1|", err: "family", at: 3},
		{name: "IPv4 in family 2", text: "|2|127.0.0.1|1|", err: "family", at: 3},
		{name: "zone", text: "|2|fe80::1%eth0|1|", err: "zone", at: 3},
		{name: "port 0", text: "|1|127.0.0.1|0|", err: "not 1 to 65535", at: 13},
		{name: "port 65536", text: "|1|127.0.0.1|65536|", err: "not 1 to 65535", at: 13},
		{name: "port text", text: "|1|127.0.0.1|ftp|", err: "not a number", at: 13},
		{name: "missing field", text: "|1|127.0.0.1|", err: "not |family", at: 13},
		{name: "more behind", text: "|1|127.0.0.1|21|x", err: "not |family", at: 16},
		{name: "blank", text: "|1| 127.0.0.1|21|", err: "not |family", at: 3},
		{name: "empty", text: "", err: "not |family", at: 0},
	})
	_, err := EPRT("|9|x|1|")
	if !errors.Is(err, ErrFamily) {
		t.Errorf("error %v is not ErrFamily", err)
	}
	if _, err := EPRT("|1|x|1|"); errors.Is(err, ErrFamily) {
		t.Errorf("error %v is ErrFamily", err)
	}
}

func TestFormatAddr(t *testing.T) {
	v4 := netip.MustParseAddrPort("127.0.0.1:2321")
	mapped := netip.MustParseAddrPort("[::ffff:127.0.0.1]:2321")
	v6 := netip.MustParseAddrPort("[fe80::1%eth0]:65535")
	got := []string{
		FormatPASV(v4), FormatPORT(v4), FormatPORT(mapped), FormatEPRT(v4), FormatEPRT(mapped), FormatEPRT(v6), FormatEPSV(6446),
	}
	want := []string{
		"(127,0,0,1,9,17)", "127,0,0,1,9,17", "127,0,0,1,9,17", "|1|127.0.0.1|2321|", "|1|127.0.0.1|2321|",
		"|2|fe80::1|65535|", "(|||6446|)",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
}

func TestFormatAddrPanics(t *testing.T) {
	for _, tt := range []struct {
		name string
		call func()
	}{
		{"PORT of IPv6", func() { FormatPORT(netip.MustParseAddrPort("[::1]:1")) }},
		{"PASV of nothing", func() { FormatPASV(netip.AddrPort{}) }},
		{"EPRT of nothing", func() { FormatEPRT(netip.AddrPort{}) }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			tt.call()
		})
	}
}
