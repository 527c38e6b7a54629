package listing

import (
	"strings"
	"unicode/utf8"

	"github.com/ftpwire/ftpwire/parse/internal/scan"
)

// monthNames holds the names and abbreviations that servers print, as their locale has them: English, German,
// French, Spanish, Italian, Portuguese, Dutch, Nordic, Finnish, Polish, Czech, Hungarian, Romanian,
// Turkish, Russian, Ukrainian, Bulgarian, Serbian, Greek. No name means two months.
var monthNames = [12]string{
	"jan january januar jän jänner janv janvier ene enero gen gennaio janeiro januari tammi sty led ian oca янв января январь січ січня яну јан ιαν",
	"feb february februar febr févr février fév febrero febbraio fev fevereiro februari helmi lut úno şub фев февр февраля февраль лют лютого φεβ",
	"mar march mär märz mrz maerz mars marzo março mrt maart maalis bře márc мар марта март бер березня μαρ",
	"apr april avr avril abr abril aprile huhti kwi dub ápr nis апр апреля апрель кві квітня απρ",
	"may mai mayo mag maggio maio mei maj touko kvě máj мая май тра травня мај μαι μαϊ μάι",
	"jun june juni juin junio giu giugno junho kesä cze čen jún iun haz июн июня июнь чер червня юни јун ιουν ιούν",
	"jul july juli jui juil juillet julio lug luglio julho heinä lip čec júl iul tem июл июля июль лип липня юли јул ιουλ ιούλ",
	"aug august août aout ago agosto augustus augusti elo sie srp ağu авг августа август сер серпня αυγ αύγ",
	"sep sept september septembre septiembre set settembre setembro syys wrz zář szept eyl сен сент сентября сентябрь вер вересня σεπ",
	"oct october okt oktober octobre octubre ott ottobre out outubro loka paź říj eki окт октября октябрь жов жовтня οκτ",
	"nov november novembre noviembre novembro marras lis noi kas ноя нояб ноября ноябрь лис листопада ное нов νοε νοέ",
	"dec december dez dezember déc décembre dic diciembre dicembre dezembro des joulu gru pro ara дек декабря декабрь гру грудня дец δεκ",
}

// months maps each name, in lower case, to 1 to 12.
var months = func() map[string]int {
	m := make(map[string]int)
	for i, names := range monthNames {
		for name := range strings.FieldsSeq(names) {
			m[name] = i + 1
		}
	}
	return m
}()

// Characters that follow the numbers of a date in Chinese, Japanese and Korean: in UTF-8, Shift JIS,
// EUC-JP, GBK, Big5 and EUC-KR.
var (
	yearMarks  = []string{"年", "년", "\x94\x4e", "\xc7\xaf", "\xc4\xea", "\xa6\x7e", "\xb3\xe2"}
	monthMarks = []string{"月", "월", "\x8c\x8e", "\xb7\xee", "\xd4\xc2", "\xa4\xeb", "\xbf\xf9"}
	dayMarks   = []string{"日", "일", "\x93\xfa", "\xc6\xfc", "\xc8\xd5", "\xa4\xe9", "\xc0\xcf"}
)

// maxMonth is the longest month name looked up, in bytes.
const maxMonth = 24

// englishMonth returns the month of an English abbreviation of three letters, or 0.
func englishMonth(w string) int {
	switch [3]byte{w[0] | 0x20, w[1] | 0x20, w[2] | 0x20} {
	case [3]byte{'j', 'a', 'n'}:
		return 1
	case [3]byte{'f', 'e', 'b'}:
		return 2
	case [3]byte{'m', 'a', 'r'}:
		return 3
	case [3]byte{'a', 'p', 'r'}:
		return 4
	case [3]byte{'m', 'a', 'y'}:
		return 5
	case [3]byte{'j', 'u', 'n'}:
		return 6
	case [3]byte{'j', 'u', 'l'}:
		return 7
	case [3]byte{'a', 'u', 'g'}:
		return 8
	case [3]byte{'s', 'e', 'p'}:
		return 9
	case [3]byte{'o', 'c', 't'}:
		return 10
	case [3]byte{'n', 'o', 'v'}:
		return 11
	case [3]byte{'d', 'e', 'c'}:
		return 12
	}
	return 0
}

// monthOf returns the month that w names, 1 to 12, or 0. A dot or comma may follow,
// and before that its number, counted from 1 or 0, as some servers print it: "Jan1", "Jan01", "Dec11".
func monthOf(w string) int {
	if len(w) == 3 && w[0]|0x20 <= 'z' {
		if m := englishMonth(w); m != 0 {
			return m
		}
	}
	w = strings.TrimRight(w, ".,")
	name := strings.TrimRight(w, "0123456789")
	m := monthNamed(name)
	if name != w {
		if n := scan.Small(w[len(name):]); n != m && n != m-1 {
			return 0
		}
	}
	return m
}

// monthNamed returns the month with a name, or 0.
func monthNamed(w string) int {
	if len(w) < 2 || len(w) > maxMonth {
		return 0
	}
	var lower [maxMonth]byte
	for i := range len(w) {
		if lower[i] = w[i]; 'A' <= w[i] && w[i] <= 'Z' {
			lower[i] |= 0x20
		}
	}
	if m := months[string(lower[:len(w)])]; m != 0 {
		return m
	}
	if scan.IsASCII(w) {
		return 0
	}
	if m := months[strings.ToLower(w)]; m != 0 && utf8.ValidString(w) {
		return m
	}
	return encodedMonths()[w]
}

// marked returns the number at the start of w and what follows the mark after it.
func marked(w string, marks []string) (n int, rest string, ok bool) {
	end := scan.DigitsEnd(w, 0)
	if n = scan.Small(w[:end]); n < 0 {
		return 0, "", false
	}
	for _, m := range marks {
		if rest, ok = strings.CutPrefix(w[end:], m); ok {
			return n, rest, true
		}
	}
	return 0, "", false
}
