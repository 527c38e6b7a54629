package listing

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// script is the writing system of a letter, as far as code pages differ in it.
type script uint8

const (
	scriptNone script = iota
	scriptLatin
	scriptCyrillic
	scriptGreek
	scriptHebrew
	scriptArabic
	scriptKana
	scriptHangul
	scriptHan
)

var scriptTables = []struct {
	script script
	table  *unicode.RangeTable
}{
	{scriptCyrillic, unicode.Cyrillic}, {scriptGreek, unicode.Greek}, {scriptHebrew, unicode.Hebrew}, {scriptArabic, unicode.Arabic},
	{scriptKana, unicode.Hiragana}, {scriptKana, unicode.Katakana}, {scriptHangul, unicode.Hangul}, {scriptHan, unicode.Han}, {scriptLatin, unicode.Latin},
}

// scriptOf returns the script of a letter, scriptNone for what is no letter.
func scriptOf(r rune) script {
	if r < utf8.RuneSelf {
		if 'a' <= r|0x20 && r|0x20 <= 'z' {
			return scriptLatin
		}
		return scriptNone
	}
	if !unicode.IsLetter(r) {
		return scriptNone
	}
	for _, t := range scriptTables {
		if unicode.Is(t.table, r) {
			return t.script
		}
	}
	return scriptNone
}

// commonLetters are the letters beyond ASCII that names are mostly made of, in lower case; of Han, those of many names of files.
const commonLetters = "оеаинтсрвлкмдпуяьгзбычйії" + "αειουτνσρκλμπάέίόώής" +
	"äöüßëïéèêàâçîôûñáíóúãõåøæąćęłńśźżčďěňřšťůýžőűğışăâîșț" +
	"יוהלאמרתשבנ" + "اليمنرتبةعدسف" +
	"的一是在不了有和人中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说行文件新建夹资料报告测试目录图片照音乐视频软学管理系统计划表格名单数据备份用户手册公司项合同说明最" +
	"為個國時來們對會發動過說資報試錄圖樂視軟學計劃單數據備戶冊項" +
	"日本月年表書報告新資料会社見積請求"

var isCommonLetter = func() map[rune]bool {
	m := make(map[rune]bool)
	for _, r := range commonLetters {
		m[r] = true
	}
	return m
}()

// isVowel reports whether r is a vowel of Cyrillic or Greek.
func isVowel(r rune) bool {
	return strings.ContainsRune("аеёиоуыэюяіїєαεηιουωάέήίόύώ", unicode.ToLower(r))
}

// plausible says how much text looks like names that people give: letters of one script beside each other, the common ones rather
// than the rare ones, capitals at the start of words. Only what is not ASCII counts.
func plausible(text string) (score float64) {
	runes := []rune(text)
	for i, r := range runes {
		if r < utf8.RuneSelf {
			continue
		}
		score += plausibleRune(r, neighbour(runes, i-1), neighbour(runes, i+1))
	}
	return score
}

func neighbour(runes []rune, i int) rune {
	if i < 0 || i >= len(runes) {
		return '\n'
	}
	return runes[i]
}

func plausibleRune(r, before, after rune) (score float64) {
	own := scriptOf(r)
	if own == scriptNone {
		if strings.ContainsRune("–—’“”«»№°§·、。・（）【】「」", r) || unicode.Is(unicode.Mn, r) {
			return 0
		}
		return -3 // signs and parts of boxes
	}
	wide := own >= scriptKana
	switch {
	case !isCommonLetter[unicode.ToLower(r)] && !wide:
		score--
	case unicode.IsUpper(r):
		score += 0.5
	case isCommonLetter[r]:
		score++
	}
	for _, other := range [...]rune{before, after} {
		switch s := scriptOf(other); {
		case own == scriptLatin && s == own && other >= utf8.RuneSelf:
			score -= 0.5 // words have few letters with accents
		case s == own:
			score++
			if isVowel(r) != isVowel(other) || own == scriptHebrew || own == scriptArabic {
				score += 0.5 // syllables; these write few vowels
			}
		case wide && s >= scriptKana && s != scriptHangul && own != scriptHangul:
			score++
		case s == scriptNone || wide && other < utf8.RuneSelf:
		default:
			score -= 2 // scripts mixed in a word
		}
	}
	if unicode.IsUpper(r) && (unicode.IsLower(before) || unicode.IsLetter(before) && unicode.IsLower(after)) {
		score -= 2
	}
	switch {
	case own == scriptKana && unicode.Is(unicode.Katakana, r) && r >= 0xff61: // of half width
		return score - 1
	case own == scriptKana, own == scriptHangul:
		return 2*score + 2
	case own == scriptHan:
		return 2*score + 0.5
	}
	return score
}
