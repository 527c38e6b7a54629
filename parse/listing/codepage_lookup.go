package listing

import (
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/ianaindex"

	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/parse/internal/scan"
)

const (
	autoPrefix      = "auto:"
	whatCodePage    = "name of a code page"
	maxCodePageName = 64 // octets; names registered with IANA have at most 40
)

// LookupCodePage returns the code page called name. Names are those of IANA, of the WHATWG Encoding Standard,
// and numbers of IBM or Microsoft in the usual dress ("cp850", "ibm-1047", "windows-932", "CCSID37"). Case does
// not matter, nor do "-" and "_". If IANA and WHATWG differ, as for "latin1", IANA is right.
//
//   - "utf-8", "auto" and "" are UTF-8 alone: what is not UTF-8 can't be decoded.
//   - "auto:NAME" takes what is valid UTF-8 for UTF-8, and falls back to NAME. NAME must contain ASCII.
//   - NAME takes nothing for UTF-8.
//
// An unknown name is an [*parse.Error] that proposes near ones. So is one that can't be used here: names in
// UTF-16 would hold NUL, which RFC 2640, Section 2.2 excludes.
func LookupCodePage(name string) (*CodePage, error) {
	page := strings.ToLower(strings.TrimSpace(name))
	page, auto := strings.CutPrefix(page, autoPrefix)
	if len(page) > maxCodePageName {
		return nil, parse.NewError(whatCodePage, name, 0, "too long")
	}
	page = strings.TrimSpace(page)
	if page == "" || page == "auto" || squashPage(page) == "utf8" || numberedPage(page) == "utf-8" {
		return &CodePage{}, nil
	}
	enc := findEncoding(page)
	if enc == nil {
		return nil, parse.NewError(whatCodePage, name, 0, "unknown"+proposePages(page))
	}
	c := &CodePage{name: encodingName(enc, page), enc: enc, auto: auto, ascii: containsASCII(enc)}
	if a, err := enc.NewEncoder().String("A"); err != nil || strings.Contains(a, "\x00") {
		return nil, parse.NewError(whatCodePage, name, 0, "names in "+c.name+" can't be sent over FTP")
	}
	if auto && !c.ascii {
		return nil, parse.NewError(whatCodePage, name, 0, c.name+" does not contain ASCII: it can't be told from UTF-8")
	}
	return c, nil
}

// findEncoding returns what the name in lower case stands for, or nil.
func findEncoding(name string) encoding.Encoding {
	if enc := indexed(name); enc != nil {
		return enc
	}
	if page := numberedPage(name); page != "" {
		return indexed(page)
	}
	if squashPage(name) == "maccyrillic" {
		return charmap.MacintoshCyrillic
	}
	for _, known := range codePageNames() {
		if squashPage(known) == squashPage(name) {
			return indexed(known)
		}
	}
	return nil
}

// indexed asks the indexes of x/text. They answer nil, and the WHATWG one also "replacement", for names
// that they know but can't decode.
func indexed(name string) encoding.Encoding {
	if enc, err := ianaindex.IANA.Encoding(name); err == nil && enc != nil {
		return enc
	}
	if enc, err := htmlindex.Get(name); err == nil && enc != encoding.Replacement {
		return enc
	}
	return nil
}

// encodingName returns the name that enc is best known by, else the one it was asked for.
func encodingName(enc encoding.Encoding, asked string) string {
	if s, err := ianaindex.MIME.Name(enc); err == nil {
		return s
	}
	if s, err := htmlindex.Name(enc); err == nil {
		return s
	}
	return asked
}

// containsASCII reports whether enc leaves bytes below 0x80 alone.
func containsASCII(enc encoding.Encoding) bool {
	var all [128]byte
	for i := range all {
		all[i] = byte(i)
	}
	s, err := enc.NewDecoder().String(string(all[:]))
	return err == nil && s == string(all[:])
}

// numberedPage returns an indexed name for a number of IBM or Microsoft, such as "cp932" or "ibm-1047", or "".
func numberedPage(name string) string {
	digits := squashPage(name)
	for _, prefix := range []string{"xcp", "cp", "ibm", "xibm", "windows", "win", "ccsid", "ms", "dos"} {
		if rest, ok := strings.CutPrefix(digits, prefix); ok {
			digits = rest
			break
		}
	}
	if !scan.AllDigits(digits) || len(digits) > 5 {
		return ""
	}
	n, _ := scan.Number(digits)
	switch {
	case 28591 <= n && n <= 28606: // Microsoft's ISO 8859
		return "iso-8859-" + strconv.Itoa(int(n-28590))
	case 1250 <= n && n <= 1258 || n == 874:
		return "windows-" + strconv.Itoa(int(n))
	}
	return pageByNumber(int(n))
}

func pageByNumber(n int) string {
	switch n {
	case 37:
		return "ibm037"
	case 437, 850, 852, 855, 860, 862, 863, 865, 866, 1047:
		return "ibm" + strconv.Itoa(n)
	case 858, 1140:
		return "ibm0" + strings.Repeat("0", 4-len(strconv.Itoa(n))) + strconv.Itoa(n)
	case 932, 942, 943:
		return "shift_jis"
	case 936, 1386:
		return "gbk"
	case 949, 970, 1363, 51949:
		return "euc-kr"
	case 950, 1370:
		return "big5"
	case 954, 20932, 51932:
		return "euc-jp"
	case 1392, 5488, 54936:
		return "gb18030"
	case 1208, 65001:
		return "utf-8"
	case 878, 20866:
		return "koi8-r"
	case 1168, 21866:
		return "koi8-u"
	case 1275, 10000:
		return "macintosh"
	case 1283, 10007:
		return "x-mac-cyrillic"
	case 367, 20127:
		return "us-ascii"
	}
	return isoByNumber(n)
}

// isoByNumber knows the numbers that IBM gave to parts of ISO 8859.
func isoByNumber(n int) string {
	const numbers = " 819:1 912:2 913:3 914:4 915:5 1089:6 813:7 916:8 920:9 919:10 921:13 923:15 "
	_, part, ok := strings.Cut(numbers, " "+strconv.Itoa(n)+":")
	if !ok {
		return ""
	}
	part, _, _ = strings.Cut(part, " ")
	return "iso-8859-" + part
}

// squashPage drops what people vary in the names of code pages.
func squashPage(s string) string {
	return strings.NewReplacer("-", "", "_", "", " ", "").Replace(strings.ToLower(s))
}

// codePageNames returns the names to propose, one for each that x/text can decode.
func codePageNames() []string {
	return strings.Fields(`UTF-8 US-ASCII
		IBM037 IBM437 IBM850 IBM852 IBM855 IBM00858 IBM860 IBM862 IBM863 IBM865 IBM866 IBM1047 IBM01140
		ISO-8859-1 ISO-8859-2 ISO-8859-3 ISO-8859-4 ISO-8859-5 ISO-8859-6 ISO-8859-7 ISO-8859-8 ISO-8859-9
		ISO-8859-10 ISO-8859-13 ISO-8859-14 ISO-8859-15 ISO-8859-16
		windows-874 windows-1250 windows-1251 windows-1252 windows-1253 windows-1254 windows-1255 windows-1256
		windows-1257 windows-1258 KOI8-R KOI8-U macintosh x-mac-cyrillic
		Shift_JIS EUC-JP ISO-2022-JP EUC-KR GBK GB18030 HZ-GB-2312 Big5`)
}

// proposePages returns "; did you mean ..." with up to three names that differ least from name.
func proposePages(name string) string {
	type near struct {
		name string
		dist int
	}
	var all []near
	asked := squashPage(name)
	for _, prefix := range []string{"cp", "ccsid"} {
		if rest, ok := strings.CutPrefix(asked, prefix); ok && scan.AllDigits(rest) {
			asked = "ibm" + rest
		}
	}
	for _, known := range codePageNames() {
		s := squashPage(known)
		if d := editDistance(asked, s); d <= max(2, len(s)/3) {
			all = append(all, near{known, d})
		}
	}
	if len(all) == 0 {
		return ""
	}
	slices.SortStableFunc(all, func(a, b near) int { return a.dist - b.dist })
	var names []string
	for _, n := range all[:min(3, len(all))] {
		names = append(names, n.name)
	}
	return "; did you mean " + strings.Join(names, ", ") + "?"
}

// editDistance returns how many bytes must be inserted, removed or replaced to make a of b.
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diag := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diag, row[j+1] = row[j+1], min(diag+cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
