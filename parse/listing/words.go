package listing

import "github.com/ftpwire/ftpwire/parse/internal/scan"

// maxWords is how many words of a line are looked at. The name may have any number of them.
const maxWords = 24

// words is the first words of a line, by position: what lies between them matters for names.
type words struct {
	line string
	n    int

	format   *DateFormat // of the dates, or nil for all known ones
	codePage *CodePage   // of names, and so of months
	at       [maxWords]struct{ from, to int }
}

// split sets w to the words of line.
func (w *words) split(line string) {
	w.line = line
	n, i := 0, 0
	for n < maxWords {
		for i < len(line) && scan.IsBlank(line[i]) {
			i++
		}
		if i == len(line) {
			break
		}
		from := i
		for i < len(line) && (line[i] > ' ' || !scan.IsBlank(line[i])) {
			i++
		}
		w.at[n].from, w.at[n].to = from, i
		n++
	}
	w.n = n
}

// word returns the i-th word, "" if there is none.
func (w *words) word(i int) string {
	if i < 0 || i >= w.n {
		return ""
	}
	return w.line[w.at[i].from:w.at[i].to]
}

// between returns the text from the i-th word to the one before the j-th.
func (w *words) between(i, j int) string {
	if i >= j {
		return ""
	}
	return w.line[w.at[i].from:w.at[j-1].to]
}

// after returns where the text after the i-th word starts, one blank left out.
func (w *words) after(i int) int { return min(w.at[i].to+1, len(w.line)) }
