package otp_test

import (
	"crypto/sha256"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ftpwire/ftpwire/control/otp"
)

// RFC 2289, Appendix C: all of its vectors.
func TestAnswer(t *testing.T) {
	for _, tt := range []struct{ phrase, challenge, hex, words string }{
		{"This is a test.", "otp-md4 0 TeSt", "D185 4218 EBBB 0B51", "ROME MUG FRED SCAN LIVE LACE"},
		{"This is a test.", "otp-md4 1 TeSt", "6347 3EF0 1CD0 B444", "CARD SAD MINI RYE COL KIN"},
		{"This is a test.", "otp-md4 99 TeSt", "C5E6 1277 6E6C 237A", "NOTE OUT IBIS SINK NAVE MODE"},
		{"AbCdEfGhIjK", "otp-md4 0 alpha1", "5007 6F47 EB1A DE4E", "AWAY SEN ROOK SALT LICE MAP"},
		{"AbCdEfGhIjK", "otp-md4 1 alpha1", "65D2 0D19 49B5 F7AB", "CHEW GRIM WU HANG BUCK SAID"},
		{"AbCdEfGhIjK", "otp-md4 99 alpha1", "D150 C82C CE6F 62D1", "ROIL FREE COG HUNK WAIT COCA"},
		{"OTP's are good", "otp-md4 0 correct", "849C 79D4 F6F5 5388", "FOOL STEM DONE TOOL BECK NILE"},
		{"OTP's are good", "otp-md4 1 correct", "8C09 92FB 2508 47B1", "GIST AMOS MOOT AIDS FOOD SEEM"},
		{"OTP's are good", "otp-md4 99 correct", "3F3B F4B4 145F D74B", "TAG SLOW NOV MIN WOOL KENO"},
		{"This is a test.", "otp-md5 0 TeSt", "9E87 6134 D904 99DD", "INCH SEA ANNE LONG AHEM TOUR"},
		{"This is a test.", "otp-md5 1 TeSt", "7965 E054 36F5 029F", "EASE OIL FUM CURE AWRY AVIS"},
		{"This is a test.", "otp-md5 99 TeSt", "50FE 1962 C496 5880", "BAIL TUFT BITS GANG CHEF THY"},
		{"AbCdEfGhIjK", "otp-md5 0 alpha1", "8706 6DD9 644B F206", "FULL PEW DOWN ONCE MORT ARC"},
		{"AbCdEfGhIjK", "otp-md5 1 alpha1", "7CD3 4C10 40AD D14B", "FACT HOOF AT FIST SITE KENT"},
		{"AbCdEfGhIjK", "otp-md5 99 alpha1", "5AA3 7A81 F212 146C", "BODE HOP JAKE STOW JUT RAP"},
		{"OTP's are good", "otp-md5 0 correct", "F205 7539 43DE 4CF9", "ULAN NEW ARMY FUSE SUIT EYED"},
		{"OTP's are good", "otp-md5 1 correct", "DDCD AC95 6F23 4937", "SKIM CULT LOB SLAM POE HOWL"},
		{"OTP's are good", "otp-md5 99 correct", "B203 E28F A525 BE47", "LONG IVY JULY AJAR BOND LEE"},
		{"This is a test.", "otp-sha1 0 TeSt", "BB9E 6AE1 979D 8FF4", "MILT VARY MAST OK SEES WENT"},
		{"This is a test.", "otp-sha1 1 TeSt", "63D9 3663 9734 385B", "CART OTTO HIVE ODE VAT NUT"},
		{"This is a test.", "otp-sha1 99 TeSt", "87FE C776 8B73 CCF9", "GAFF WAIT SKID GIG SKY EYED"},
		{"AbCdEfGhIjK", "otp-sha1 0 alpha1", "AD85 F658 EBE3 83C9", "LEST OR HEEL SCOT ROB SUIT"},
		{"AbCdEfGhIjK", "otp-sha1 1 alpha1", "D07C E229 B5CF 119B", "RITE TAKE GELD COST TUNE RECK"},
		{"AbCdEfGhIjK", "otp-sha1 99 alpha1", "27BC 7103 5AAF 3DC6", "MAY STAR TIN LYON VEDA STAN"},
		{"OTP's are good", "otp-sha1 0 correct", "D51F 3E99 BF8E 6F0B", "RUST WELT KICK FELL TAIL FRAU"},
		{"OTP's are good", "otp-sha1 1 correct", "82AE B52D 9437 74E4", "FLIT DOSE ALSO MEW DRUM DEFY"},
		{"OTP's are good", "otp-sha1 99 correct", "4F29 6A74 FE15 67EC", "AURA ALOE HURL WING BERG WAIT"},
	} {
		t.Run(tt.challenge, func(t *testing.T) {
			c, ok := otp.Find(tt.challenge)
			if !ok {
				t.Fatal("not taken for a challenge")
			}
			r, err := c.Answer(tt.phrase)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]string{tt.hex, tt.words}, []string{r.Hex(), r.Words()}); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
		})
	}
}

func TestFind(t *testing.T) {
	type C = otp.Challenge
	for _, tt := range []struct {
		name, text string
		want       C // the zero Challenge: there is none
	}{
		{"RFC 2289", "otp-md5 487 dog2", C{otp.MD5, 487, "dog2", "otp-md5 487 dog2"}},
		{"extended", "Response to otp-md5 495 wi13421 ext required for bob.", C{otp.MD5, 495, "wi13421", "otp-md5 495 wi13421"}},
		{"in brackets", "Password required [otp-sha1 9 Ab1].", C{otp.SHA1, 9, "Ab1", "otp-sha1 9 Ab1"}},
		{"upper case", "OTP-MD4 12 KE1234", C{otp.MD4, 12, "KE1234", "OTP-MD4 12 KE1234"}},
		{"S/KEY", "s/key 99 ab12345", C{otp.MD5, 99, "ab12345", "s/key 99 ab12345"}},
		{"S/Key with its hash", "Challenge: S/Key MD4 99 ab12345", C{otp.MD4, 99, "ab12345", "S/Key MD4 99 ab12345"}},
		{"opiekey", "opiekey 3 x1", C{otp.MD5, 3, "x1", "opiekey 3 x1"}},
		{"tabs", "otp-md5\t4 \tx1", C{otp.MD5, 4, "x1", "otp-md5\t4 \tx1"}},
		{"unknown hash", "otp-ripemd160 4 x1", C{otp.Unknown, 4, "x1", "otp-ripemd160 4 x1"}},
		{"second line", "Hello\notp-md5 4 x1\nbye", C{otp.MD5, 4, "x1", "otp-md5 4 x1"}},
		{"none", "Password required for bob", C{}},
		{"no number", "otp-md5 is what we use", C{}},
		{"no seed", "otp-md5 487", C{}},
		{"part of a word", "xotp-md5 487 dog2", C{}},
		{"number too long", "otp-md5 48712 dog2", C{}},
		{"seed too long", "otp-md5 48 a1234567890123456", C{}},
		{"empty", "", C{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, ok := otp.Find(tt.text)
			if diff := cmp.Diff(tt.want, got); diff != "" || ok != (tt.want != C{}) {
				t.Errorf("found: %v; mismatch (-want +got):\n%s", ok, diff)
			}
		})
	}
}

func TestAnswerUnknown(t *testing.T) {
	c, _ := otp.Find("otp-ripemd160 4 x1")
	if r, err := c.Answer("canary phrase"); err == nil || r != (otp.Response{}) || strings.Contains(err.Error(), "canary") {
		t.Errorf("answer: %v, %v; want an error without the phrase", r, err)
	}
}

// The words, with a blank between each two, have this sum.
func TestDictionary(t *testing.T) {
	words := otp.Dictionary()
	if len(words) != 2048 {
		t.Fatalf("%d words; want 2048", len(words))
	}
	const want = "46d3275be21196944429f7ce3ef95e4368fca4ba0dc9f35d01e96350f72e5549"
	if got := fmt.Sprintf("%x", sha256.Sum256([]byte(strings.Join(words, " ")))); got != want {
		t.Errorf("SHA-256 of the words is %s; want %s", got, want)
	}
}

func TestAlgorithm(t *testing.T) {
	for a, want := range map[otp.Algorithm]string{otp.Unknown: "unknown", otp.MD4: "md4", otp.MD5: "md5", otp.SHA1: "sha1"} {
		if a.String() != want {
			t.Errorf("%d: %q; want %q", a, a, want)
		}
	}
}

// FuzzFind: a challenge stands in the text, is within its bounds, and has an answer
// unless its algorithm is unknown.
func FuzzFind(f *testing.F) {
	for _, s := range []string{"otp-md5 487 dog2", "331 [s/key md4 9 ab12]", "otp-sha1 9999 A1 ext", "otp-x 1 b", "opiekey 0 z"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, ok := otp.Find(text)
		if !ok {
			if c != (otp.Challenge{}) {
				t.Fatalf("%+v is not found and not zero", c)
			}
			return
		}
		if !strings.Contains(text, c.Text) || c.Sequence < 0 || c.Sequence > 9999 || c.Seed == "" || len(c.Seed) > 16 {
			t.Fatalf("%+v is out of bounds", c)
		}
		if _, err := c.Answer("secret"); (err == nil) != (c.Algorithm != otp.Unknown) {
			t.Fatalf("%+v: %v", c, err)
		}
	})
}
