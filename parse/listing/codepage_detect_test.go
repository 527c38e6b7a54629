package listing

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// namesIn are names that people give, and code pages that their servers have.
var namesIn = []struct {
	names string
	pages string
}{
	{"Отчёт за март.xls|Договор поставки.doc|фото с дачи|Музыка|прайс-лист.txt", "windows-1251 KOI8-R IBM866 ISO-8859-5"},
	{"ДОГОВОР.DOC|ОТЧЕТ.XLS", "windows-1251 KOI8-R IBM866 ISO-8859-5"},
	{"привет.txt", "windows-1251 KOI8-R IBM866"},
	{"Überweisung März.pdf|Grüße.txt|Straße.jpg|Österreich", "windows-1252 IBM850 macintosh"},
	{"Résumé.doc|Été à la plage|François.txt|forêt.jpg", "windows-1252 IBM850 macintosh"},
	{"Menü.doc|Größe.txt|naïve.txt|Ærø.jpg|fünf", "windows-1252 IBM850"},
	{"Año nuevo.txt|canción.mp3|Días de niño", "windows-1252 IBM850"},
	{"Zażółć gęślą jaźń.txt|Książka.pdf|święta", "windows-1250 ISO-8859-2 IBM852"},
	{"Příliš žluťoučký kůň.txt|Účetnictví.xls", "windows-1250 IBM852"},
	{"Αναφορά.doc|Φωτογραφίες|τιμολόγιο.pdf", "windows-1253"},
	{"דוח שנתי.doc|תמונות", "windows-1255"},
	{"تقرير سنوي.doc|صور", "windows-1256"},
	{"請求書.pdf|テスト.txt|見積もり.xls|ひらがな", "Shift_JIS EUC-JP"},
	{"测试文件.txt|新建文件夹|会议资料.doc", "GBK"},
	{"測試檔案.txt|新增資料夾|會議資料.doc", "Big5"},
	{"보고서.doc|새 폴더|사진", "EUC-KR"},
}

func TestCodePageDetector(t *testing.T) {
	for _, tt := range namesIn {
		for page := range strings.FieldsSeq(tt.pages) {
			t.Run(page+" "+tt.names, func(t *testing.T) {
				c, err := LookupCodePage(page)
				if err != nil {
					t.Fatal(err)
				}
				var d CodePageDetector
				names := strings.Split(tt.names, "|")
				for _, name := range names {
					raw, err := c.Encode(name)
					if err != nil {
						t.Fatal(err)
					}
					e, err := Line("-rw-r--r-- 1 mira ops 5 Feb  9 15:04 "+raw, Options{Now: testNow})
					if err != nil {
						t.Fatal(err)
					}
					d.Add(&e)
				}
				guesses := d.Guesses()
				if len(guesses) == 0 {
					t.Fatal("no guess")
				}
				best, err := LookupCodePage(guesses[0].CodePage)
				if err != nil {
					t.Fatal(err)
				}
				for i, raw := range d.names {
					if text, _ := best.Decode(raw); text != names[i] {
						t.Errorf("guesses are %v; want %s first", guesses, page)
						break
					}
				}
			})
		}
	}
}

// TestCodePageDetectorMonths has one short name, which fits many code pages, and a month that does not.
func TestCodePageDetectorMonths(t *testing.T) {
	for _, page := range []string{"KOI8-R", "windows-1251", "IBM866"} {
		c, err := LookupCodePage(page)
		if err != nil {
			t.Fatal(err)
		}
		raw, err := c.Encode("-rw-r--r-- 1 mira ops 5 янв  9 15:04 Ж.txt")
		if err != nil {
			t.Fatal(err)
		}
		var d CodePageDetector
		for e, err := range Lines(slices.Values([]string{raw, "-rw-r--r-- 1 mira ops 5 Feb  9 15:04 plain"}), Options{Now: testNow}) {
			if err != nil {
				t.Fatal(err)
			}
			d.Add(&e)
		}
		guesses := d.Guesses()
		if len(guesses) == 0 || d.Names() != 1 {
			t.Fatalf("%d names, guesses %v", d.Names(), guesses)
		}
		want := fmt.Sprintf(`%s (1 of 1 fit, as in "Ж.txt"; it reads the months of 1 dates)`, page)
		if diff := cmp.Diff(want, guesses[0].String()); diff != "" {
			t.Errorf("mismatch (-want +got):\n%s", diff)
		}
	}
}

// TestCodePageDetectorNothing has names that need no code page.
func TestCodePageDetectorNothing(t *testing.T) {
	var d CodePageDetector
	for _, name := range []string{"plain", "Grüße", "отчёт"} {
		e, err := Line("-rw-r--r-- 1 mira ops 5 Feb  9 15:04 "+name, Options{Now: testNow})
		if err != nil {
			t.Fatal(err)
		}
		d.Add(&e)
	}
	if g := d.Guesses(); len(g) != 0 || d.Names() != 0 {
		t.Errorf("guesses are %v", g)
	}
}
