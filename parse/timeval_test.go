package parse

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestTimeVal(t *testing.T) {
	for _, tt := range []struct {
		name      string
		s         string
		want      string // RFC 3339; empty for the zero time
		precision Precision
		err       string
	}{
		{name: "usual", s: "19980615100045", want: "1998-06-15T10:00:45Z", precision: PrecisionSecond},
		{name: "fraction", s: "19980615100045.014", want: "1998-06-15T10:00:45.014Z", precision: PrecisionSecond},
		{name: "long fraction", s: "19980615100045.1234567899999", want: "1998-06-15T10:00:45.123456789Z", precision: PrecisionSecond},
		{name: "leap day", s: "20000229000000", want: "2000-02-29T00:00:00Z", precision: PrecisionSecond},
		{name: "leap second", s: "20161231235960", want: "2017-01-01T00:00:00Z", precision: PrecisionSecond},
		{name: "year 19100", s: "191000229013015", want: "2000-02-29T01:30:15Z", precision: PrecisionSecond},
		{name: "year 19124", s: "191241231235959.5", want: "2024-12-31T23:59:59.5Z", precision: PrecisionSecond},
		{name: "no seconds", s: "202402291530", want: "2024-02-29T15:30:00Z", precision: PrecisionMinute},
		{name: "date", s: "20240229", want: "2024-02-29T00:00:00Z", precision: PrecisionDay},
		{name: "year 9999", s: "99991231235959", want: "9999-12-31T23:59:59Z", precision: PrecisionSecond},
		{name: "no time known", s: "00010101000000"},
		{name: "no time known, to a fraction", s: "00010101000000.00000001"},
		{name: "no leap day", s: "19000229000000", err: "day"},
		{name: "month 0", s: "20240029000000", err: "month"},
		{name: "month 13", s: "20241301000000", err: "month"},
		{name: "day 0", s: "20241200000000", err: "day"},
		{name: "hour 24", s: "20241201240000", err: "hour"},
		{name: "minute 60", s: "20241201006000", err: "minute"},
		{name: "second 61", s: "20241201000061", err: "second"},
		{name: "year 0", s: "00000101000000", err: "year"},
		{name: "year 0, date", s: "00000101", err: "year"},
		{name: "13 digits", s: "2024120100000", err: "not YYYY"},
		{name: "15 digits", s: "202412010000000", err: "not YYYY"},
		{name: "date with fraction", s: "20240229.5", err: "not YYYY"},
		{name: "dot alone", s: "20241201000000.", err: "fraction"},
		{name: "letters in the fraction", s: "20241201000000.1x", err: "fraction"},
		{name: "zone", s: "20241201000000Z", err: "not YYYY"},
		{name: "blank", s: " 20241201000000", err: "not YYYY"},
		{name: "sign", s: "+2024120100000", err: "not YYYY"},
		{name: "empty", s: "", err: "not YYYY"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, precision, err := TimeVal(tt.s)
			if tt.err != "" {
				wantError(t, err, tt.s, tt.err)
			} else if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, rfc3339(got)); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
			if precision != tt.precision {
				t.Errorf("precision is %v, want %v", precision, tt.precision)
			}
		})
	}
}

// rfc3339 returns t as text, "" if it is zero.
func rfc3339(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.RFC3339Nano)
}

func TestFormatTimeVal(t *testing.T) {
	for _, tt := range []struct {
		name string
		t    time.Time
		want string
	}{
		{"UTC", time.Date(1998, 6, 15, 10, 0, 45, 999, time.UTC), "19980615100045"},
		{"zone", time.Date(1998, 6, 15, 1, 0, 45, 0, time.FixedZone("", 2*3600)), "19980614230045"},
		{"zero", time.Time{}, "00010101000000"},
		{"year 10000", time.Date(10000, 1, 2, 3, 4, 5, 0, time.UTC), "99990102030405"},
		{"year -1", time.Date(-1, 1, 2, 3, 4, 5, 0, time.UTC), "00010102030405"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, FormatTimeVal(tt.t)); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
		})
	}
}

func TestMDTM(t *testing.T) {
	for _, tt := range []struct {
		name string
		text string
		want string
		err  string
	}{
		{name: "usual", text: "19980615100045", want: "1998-06-15T10:00:45Z"},
		{name: "blanks", text: "  19980615100045.5 ", want: "1998-06-15T10:00:45.5Z"},
		{name: "words", text: "a.txt 19980615100045 UTC", want: "1998-06-15T10:00:45Z"},
		{name: "two", text: "19980615100045 19980615100046", err: "2 times"},
		{name: "wrong", text: "19981315100045", err: "month"},
		{name: "unknown", text: "00010101000000", err: "0 times"},
		{name: "date alone", text: "19980615", err: "0 times"},
		{name: "none", text: "no such file", err: "0 times"},
		{name: "empty", text: "", err: "0 times"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := MDTM(tt.text)
			if tt.err != "" {
				wantError(t, err, tt.text, tt.err)
			} else if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, rfc3339(got)); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
		})
	}
}

func TestSize(t *testing.T) {
	for _, tt := range []struct {
		name string
		text string
		want int64
		err  string
	}{
		{name: "usual", text: "51", want: 51},
		{name: "zero", text: "0", want: 0},
		{name: "blanks", text: " \t51  ", want: 51},
		{name: "leading zeros", text: "0000051", want: 51},
		{name: "largest", text: "9223372036854775807", want: 9223372036854775807},
		{name: "words", text: "readme.txt 51 bytes", want: 51},
		{name: "digits in a word", text: "a1 51", want: 51},
		{name: "sentence", text: "The size is 51.", want: 51},
		{name: "equals", text: "Size=51", want: 51},
		{name: "named among others", text: "file: 213, Size =51", want: 51},
		{name: "parentheses", text: "(51)", want: 51},
		{name: "one too large", text: "9223372036854775808", err: "too large"},
		{name: "2^64-1", text: "18446744073709551615", err: "too large"},
		{name: "too large in words", text: "size: 99999999999999999999 bytes", err: "too large"},
		{name: "two numbers", text: "213 51", err: "more than one"},
		{name: "two sizes", text: "size 1 size 2", err: "more than one"},
		{name: "resize", text: "resize 1 of 2", err: "more than one"},
		{name: "negative", text: "-51", err: "not a number of octets"},
		{name: "plus", text: "+51", err: "not a number of octets"},
		{name: "fraction", text: "5.1", err: "not a number of octets"},
		{name: "groups", text: "1,234", err: "not a number of octets"},
		{name: "hexadecimal", text: "0x33", err: "not a number of octets"},
		{name: "exponent", text: "1.5e3", err: "not a number of octets"},
		{name: "negative beside a number", text: "-1 bytes in 2 blocks", err: "not a number of octets"},
		{name: "negative after its name", text: "size = -1", err: "not a number of octets"},
		{name: "words only", text: "unknown", err: "no number"},
		{name: "empty", text: "", err: "no number"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Size(tt.text)
			if tt.err != "" {
				wantError(t, err, tt.text, tt.err)
			} else if err != nil {
				t.Fatal(err)
			}
			if got != tt.want {
				t.Errorf("got %d, want %d", got, tt.want)
			}
		})
	}
}
