package listing

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func mustPage(t *testing.T, name string) *CodePage {
	t.Helper()
	c, err := LookupCodePage(name)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestLookupCodePage(t *testing.T) {
	for _, tt := range []struct {
		name string
		asks []string
		want string
	}{
		{name: "UTF-8", asks: []string{"", "utf-8", "UTF8", "utf_8", "auto", "auto:", "auto:utf-8", "cp65001"}, want: "UTF-8"},
		{name: "Windows", asks: []string{"windows-1252", "cp1252", "WINDOWS_1252", "1252", " x-cp1252 "}, want: "windows-1252"},
		{name: "Thai", asks: []string{"windows-874", "cp874", "tis-620"}, want: "windows-874"},
		{name: "DOS", asks: []string{"cp850", "IBM850", "ibm-850", "850", "dos850"}, want: "IBM850"},
		{name: "DOS with euro", asks: []string{"cp858", "IBM00858"}, want: "IBM00858"},
		{name: "EBCDIC", asks: []string{"IBM037", "ibm-37", "cp037", "CCSID37", "ebcdic-cp-us"}, want: "IBM037"},
		{name: "EBCDIC of z/OS", asks: []string{"ibm-1047", "IBM1047", "cp1047"}, want: "IBM1047"},
		{name: "EBCDIC with euro", asks: []string{"cp1140", "IBM01140"}, want: "IBM01140"},
		{name: "Latin 1 is IANA's", asks: []string{"latin1", "iso-8859-1", "ISO8859_1", "ibm-819", "cp28591"}, want: "ISO-8859-1"},
		{name: "Latin 9", asks: []string{"iso-8859-15", "latin-9", "ibm-923", "cp28605"}, want: "ISO-8859-15"},
		{name: "Japanese", asks: []string{"shift_jis", "sjis", "cp932", "windows-31j", "ms932"}, want: "Shift_JIS"},
		{name: "Japanese on Unix", asks: []string{"euc-jp", "EUC_JP", "eucjp", "cp51932"}, want: "EUC-JP"},
		{name: "Korean", asks: []string{"euc-kr", "cp949", "ks_c_5601-1987", "EUCKR"}, want: "EUC-KR"},
		{name: "Chinese", asks: []string{"gbk", "cp936", "gb2312"}, want: "GBK"},
		{name: "Chinese, all", asks: []string{"gb18030", "cp54936"}, want: "GB18030"},
		{name: "Chinese, traditional", asks: []string{"big5", "cp950", "big-5"}, want: "Big5"},
		{name: "Russian", asks: []string{"koi8-r", "KOI8R", "cp20866"}, want: "KOI8-R"},
		{name: "Mac", asks: []string{"x-mac-cyrillic", "mac-cyrillic", "cp10007"}, want: "x-mac-cyrillic"},
		{name: "fallback", asks: []string{"auto:cp1252", "AUTO: windows-1252"}, want: "auto:windows-1252"},
		{name: "fallback of many bytes", asks: []string{"auto:sjis"}, want: "auto:Shift_JIS"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, ask := range append(tt.asks, tt.want) {
				if diff := cmp.Diff(tt.want, mustPage(t, ask).Name()); diff != "" {
					t.Errorf("%q: mismatch (-want +got):\n%s", ask, diff)
				}
			}
		})
	}
}

func TestLookupCodePageErrors(t *testing.T) {
	for _, tt := range []struct {
		name string
		ask  string
		err  string
	}{
		{name: "near", ask: "windows-1259", err: "did you mean windows-125"},
		{name: "letters twisted", ask: "shfit_jis", err: "did you mean Shift_JIS"},
		{name: "number of IBM", ask: "cp851", err: "IBM850"},
		{name: "far", ask: "klingon", err: "unknown"},
		{name: "fallback unknown", ask: "auto:ibm-1048", err: "IBM1047"},
		{name: "holds NUL", ask: "utf-16le", err: "can't be sent"},
		{name: "replacement", ask: "iso-2022-kr", err: "unknown"},
		{name: "fallback without ASCII", ask: "auto:cp037", err: "does not contain ASCII"},
		{name: "fallback with escapes", ask: "auto:iso-2022-jp", err: "does not contain ASCII"},
		{name: "long", ask: strings.Repeat("x", 65), err: "too long"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, err := LookupCodePage(tt.ask)
			wantError(t, err, tt.ask, tt.err)
			if c != nil {
				t.Errorf("got %s besides the error", c.Name())
			}
		})
	}
}

// TestProposalsExist looks up every name that is proposed.
func TestProposalsExist(t *testing.T) {
	for _, name := range codePageNames() {
		if diff := cmp.Diff(name, mustPage(t, name).Name()); diff != "" {
			t.Errorf("mismatch (-want +got):\n%s", diff)
		}
	}
}

func TestCodePageDecode(t *testing.T) {
	for _, tt := range []struct {
		name string
		page string
		raw  string
		want string
		how  Encoding
	}{
		{name: "empty", page: "utf-8", raw: "", want: "", how: EncodingASCII},
		{name: "ASCII", page: "utf-8", raw: "a.txt", want: "a.txt", how: EncodingASCII},
		{name: "UTF-8", page: "utf-8", raw: "b\u00fccher", want: "b\u00fccher", how: EncodingUTF8},
		{name: "not UTF-8", page: "utf-8", raw: "b\xfccher", want: "b\ufffdcher", how: EncodingUnknown},
		{name: "cut UTF-8", page: "auto", raw: "b\xc3", want: "b\ufffd", how: EncodingUnknown},
		{name: "U+FFFD itself", page: "utf-8", raw: "\ufffd", want: "\ufffd", how: EncodingUTF8},
		{name: "fallback not needed", page: "auto:cp1252", raw: "b\u00fccher", want: "b\u00fccher", how: EncodingUTF8},
		{name: "fallback not needed for ASCII", page: "auto:cp1252", raw: "b", want: "b", how: EncodingASCII},
		{name: "fallback", page: "auto:cp1252", raw: "b\xfccher", want: "b\u00fccher", how: EncodingCodePage},
		{name: "fallback fails", page: "auto:windows-1253", raw: "\xd2", want: "\ufffd", how: EncodingUnknown},
		{name: "strict takes no UTF-8", page: "cp1252", raw: "\u00fc", want: "\u00c3\u00bc", how: EncodingCodePage},
		{name: "strict ASCII", page: "cp1252", raw: "a", want: "a", how: EncodingASCII},
		{name: "DOS", page: "cp850", raw: "b\x81cher", want: "b\u00fccher", how: EncodingCodePage},
		{name: "DOS Russian", page: "cp866", raw: "\x8c\xa8\xe0", want: "\u041c\u0438\u0440", how: EncodingCodePage},
		{name: "EBCDIC", page: "ibm-1047", raw: "\xc1\xc2\x4b\xf1", want: "AB.1", how: EncodingCodePage},
		{name: "EBCDIC below 0x80", page: "IBM037", raw: "\x4b\x5b", want: ".$", how: EncodingCodePage},
		{name: "Shift_JIS", page: "sjis", raw: "\x93\xfa\x96\x7b.txt", want: "\u65e5\u672c.txt", how: EncodingCodePage},
		{name: "Shift_JIS with backslash", page: "sjis", raw: "\x95\x5c", want: "\u8868", how: EncodingCodePage},
		{name: "Shift_JIS cut", page: "sjis", raw: "\x93", want: "\ufffd", how: EncodingUnknown},
		{name: "EUC-JP", page: "euc-jp", raw: "\xc6\xfc\xcb\xdc", want: "\u65e5\u672c", how: EncodingCodePage},
		{name: "EUC-KR", page: "euc-kr", raw: "\xc7\xd1", want: "\ud55c", how: EncodingCodePage},
		{name: "GBK", page: "auto:gbk", raw: "\xd6\xd0\xce\xc4", want: "\u4e2d\u6587", how: EncodingCodePage},
		{name: "GB18030", page: "gb18030", raw: "\x94\x39\xda\x33", want: "\U0001f4a9", how: EncodingCodePage},
		{name: "Big5", page: "big5", raw: "\xa4\xa4\xa4\xe5", want: "\u4e2d\u6587", how: EncodingCodePage},
		{name: "ISO-2022-JP", page: "iso-2022-jp", raw: "\x1b$BF|\x1b(B.a", want: "\u65e5.a", how: EncodingCodePage},
	} {
		t.Run(tt.name, func(t *testing.T) {
			text, how := mustPage(t, tt.page).Decode(tt.raw)
			if diff := cmp.Diff(tt.want, text); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.how.String(), how.String()); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
		})
	}
}

func TestCodePageEncode(t *testing.T) {
	for _, tt := range []struct {
		name string
		page string
		text string
		want string
		err  string
	}{
		{name: "UTF-8", page: "utf-8", text: "b\u00fccher", want: "b\u00fccher"},
		{name: "auto is UTF-8", page: "auto:cp1252", text: "\u00fc", want: "\u00fc"},
		{name: "Windows", page: "cp1252", text: "\u20ac \u00fc", want: "\x80 \xfc"},
		{name: "EBCDIC", page: "cp037", text: "AB.1", want: "\xc1\xc2\x4b\xf1"},
		{name: "Shift_JIS", page: "cp932", text: "\u65e5\u672c.txt", want: "\x93\xfa\x96\x7b.txt"},
		{name: "EUC-JP", page: "euc-jp", text: "\u65e5\u672c", want: "\xc6\xfc\xcb\xdc"},
		{name: "EUC-KR", page: "euc-kr", text: "\ud55c", want: "\xc7\xd1"},
		{name: "GBK", page: "gbk", text: "\u4e2d\u6587", want: "\xd6\xd0\xce\xc4"},
		{name: "GB18030", page: "gb18030", text: "\U0001f4a9", want: "\x94\x39\xda\x33"},
		{name: "Big5", page: "big5", text: "\u4e2d\u6587", want: "\xa4\xa4\xa4\xe5"},
		{name: "missing", page: "cp1252", text: "a\u65e5", err: "does not exist in windows-1252"},
		{name: "missing in ASCII", page: "us-ascii", text: "\u00fc", err: "does not exist in US-ASCII"},
		{name: "missing in many bytes", page: "big5", text: "\u4e2d\U0001f4a9", err: "does not exist in Big5"},
		{name: "not UTF-8", page: "utf-8", text: "a\xff", err: "not valid UTF-8"},
		{name: "not UTF-8 for a page", page: "cp1252", text: "a\xff", err: "not valid UTF-8"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			raw, err := mustPage(t, tt.page).Encode(tt.text)
			if tt.err != "" {
				wantError(t, err, tt.text, tt.err)
			} else if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, raw); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
		})
	}
}

func TestNilCodePage(t *testing.T) {
	var c *CodePage
	text, how := c.Decode("b\xfc")
	raw, err := c.Encode("b\u00fc")
	if text != "b\ufffd" || how != EncodingUnknown || raw != "b\u00fc" || err != nil || c.Name() != "UTF-8" || c.Fallback() != nil {
		t.Errorf("nil is not UTF-8: %q %v %q %v %s", text, how, raw, err, c.Name())
	}
}

func TestCodePageFallback(t *testing.T) {
	strict := mustPage(t, "auto:cp1252").Fallback()
	if diff := cmp.Diff("windows-1252", strict.Name()); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
	if raw, err := strict.Encode("\u00fc"); raw != "\xfc" || err != nil {
		t.Errorf("got %q, %v", raw, err)
	}
	if c := mustPage(t, "cp1252").Fallback(); c != nil {
		t.Errorf("strict has the fallback %s", c.Name())
	}
}

func TestCodePageAllocs(t *testing.T) {
	c := mustPage(t, "auto:cp1252")
	if n := testing.AllocsPerRun(100, func() { c.Decode("plain"); c.Decode("b\u00fccher") }); n != 0 {
		t.Errorf("%v allocations for ASCII and UTF-8", n)
	}
}

// FuzzCodePage: text is valid UTF-8; what is said to be ASCII or UTF-8 is unchanged, and single-byte pages
// that decode all bytes give them back.
func FuzzCodePage(f *testing.F) {
	f.Add("auto:sjis", "\x93\xfa")
	f.Add("cp1047", "\xc1")
	f.Add("cp850", "b\x81cher")
	f.Fuzz(func(t *testing.T, page, raw string) {
		c, err := LookupCodePage(page)
		if err != nil {
			return
		}
		text, how := c.Decode(raw)
		if !utf8.ValidString(text) {
			t.Errorf("%q is not UTF-8", text)
		}
		if (how == EncodingASCII || how == EncodingUTF8) && text != raw {
			t.Errorf("%v %q became %q", how, raw, text)
		}
		if back, err := c.Encode(text); c.Name() == "IBM850" && (err != nil || back != raw) {
			t.Errorf("%q came back as %q, %v", raw, back, err)
		}
	})
}
