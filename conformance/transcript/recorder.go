package transcript

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
	"unicode/utf8"
)

// A Recorder writes the dialogue of a session, as the client sees it, so that [ParseAll]
// reads it and a server can be played from it. Lines are written as they come, payloads
// when their transfer is over. A file may hold several sessions, one after the other: a
// greeting begins the next.
//
// Its methods may be called from several goroutines.
type Recorder struct {
	// W is written to.
	W io.Writer

	// Comment stands before the first dialogue.
	Comment string

	// Mask is what secrets were replaced by. A line of the client that has it is
	// written up to there, with a wildcard for the rest.
	Mask string

	// MaxPayload is the largest payload that is kept whole, in bytes. If zero, 1 MiB. Of a
	// larger one the beginning is kept, with ".cut" in its name, and of all together 16 MiB.
	MaxPayload int

	mu        sync.Mutex
	err       error // of W
	begun     time.Time
	dialogues int

	// Of this dialogue:
	open    bool // its section has begun
	steps   int
	greeted bool
	verb    string // of the last line of the client
	waiting bool   // for the reply to it

	payloads int // of all dialogues
	kept     int // bytes of them
	files    []recorded
	held     []string // lines since the payload began, which wait for its name
	data     *recording
}

// A recorded payload is written when its dialogue is over.
type recorded struct {
	name string
	data []byte
}

// A recording is a payload under way.
type recording struct {
	kind Kind
	data []byte
	cut  bool
}

// maxKept bounds all payloads of a file.
const maxKept = 16 << 20

func (r *Recorder) maxPayload() int {
	if r.MaxPayload <= 0 {
		return 1 << 20
	}
	return r.MaxPayload
}

// Sent notes a line of the client, without its line end. Of an address only the command is
// kept, with a wildcard.
func (r *Recorder) Sent(line string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.endData()
	r.verb, _, _ = strings.Cut(strings.ToUpper(line), " ")
	r.waiting = true
	r.stamp()
	step := Step{Kind: ClientLine, Text: line}
	if before, _, masked := strings.Cut(line, r.Mask); masked && r.Mask != "" {
		step.Text, step.Wildcard = before, true
	}
	switch r.verb {
	case "PORT", "EPRT", "LPRT": // the address is another one each time
		step.Text, step.Wildcard = line[:min(len(line), len(r.verb)+1)], true
	}
	r.step(step)
}

// Received notes a reply, its lines separated by newlines.
func (r *Recorder) Received(reply string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.steps > 0 && r.isGreeting(reply) {
		r.endDialogue()
	}
	if !strings.HasPrefix(reply, "1") {
		r.waiting, r.greeted = false, true
	}
	if r.steps == 0 {
		r.stamp()
	}
	for line := range strings.SplitSeq(reply, "\n") {
		r.step(Step{Kind: ServerLine, Text: line})
	}
}

// isGreeting reports whether a reply is not the one to the last command.
func (r *Recorder) isGreeting(reply string) bool {
	if !strings.HasPrefix(reply, "220") && !strings.HasPrefix(reply, "120") {
		return false
	}
	switch r.verb {
	case "REIN", "HOST", "USER", "PASS", "OPEN", "SITE": // the last are those of FTP proxies
		return !r.waiting
	}
	return r.verb != "" || r.greeted
}

// TLS notes that TLS has come up on the control connection.
func (r *Recorder) TLS() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.steps > 0 && r.verb != "AUTH" {
		r.endDialogue() // implicit: it comes before the greeting
	}
	r.step(Step{Kind: TLS, Text: "tls"})
}

// Cleared notes that TLS was taken down.
func (r *Recorder) Cleared() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.step(Step{Kind: TLS, Text: "clear"})
}

// Data notes a data connection. What follows as Payload belongs to it.
func (r *Recorder) Data(toServer bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.endData()
	r.data = &recording{kind: DataToClient}
	if toServer {
		r.data.kind = DataToServer
	}
}

// Payload notes bytes of the data connection.
func (r *Recorder) Payload(b []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.data == nil {
		return
	}
	n := min(len(b), r.maxPayload()-len(r.data.data), maxKept-r.kept)
	r.kept += n
	r.data.data = append(r.data.data, b[:n]...)
	r.data.cut = r.data.cut || n < len(b)
}

// Note writes a comment.
func (r *Recorder) Note(text string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for line := range strings.SplitSeq(text, "\n") {
		r.line("# " + escape(line, false, false))
	}
}

// Close ends the last dialogue. It returns the first error of W.
func (r *Recorder) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.endDialogue()
	return r.err
}

// stamp writes the time since the beginning.
func (r *Recorder) stamp() {
	if r.begun.IsZero() {
		r.begun = time.Now()
	}
	r.line(fmt.Sprintf("# %.3f s", time.Since(r.begun).Seconds()))
}

func (r *Recorder) step(s Step) {
	r.steps++
	r.line(s.String())
}

// line writes a line of the dialogue, or holds it back until the payload before it has
// its name.
func (r *Recorder) line(line string) {
	if r.data != nil {
		r.held = append(r.held, line)
		return
	}
	r.begin()
	r.write(line + "\n")
}

// begin writes what comes before the first line of a dialogue.
func (r *Recorder) begin() {
	if r.open {
		return
	}
	r.open = true
	r.dialogues++
	name := dialogueName
	if r.dialogues > 1 {
		name = numbered(r.dialogues)
	} else if r.Comment != "" {
		r.write(string(appendSection(nil, "", r.Comment)))
	}
	r.write("-- " + name + " --\n")
}

func (r *Recorder) write(s string) {
	if r.err == nil {
		_, r.err = io.WriteString(r.W, s)
	}
}

// endData gives the payload its name, and the dialogue its step.
func (r *Recorder) endData() {
	d := r.data
	if d == nil {
		return
	}
	r.data = nil
	r.payloads++
	name := fmt.Sprintf("data-%d", r.payloads)
	if d.cut {
		name += cutMark
	}
	if !plain(d.data) {
		name += encodedSuffix
	}
	r.files = append(r.files, recorded{name, d.data})
	r.step(Step{Kind: d.kind, Text: name})
	for _, line := range r.held {
		r.line(line)
	}
	r.held = nil
}

// cutMark is in the name of a payload of which only the beginning was kept.
const cutMark = ".cut"

// Cut reports whether a step's payload is only the beginning of what was moved.
func (s Step) Cut() bool {
	return (s.Kind == DataToClient || s.Kind == DataToServer) && strings.Contains(s.Text, cutMark)
}

// plain reports whether a payload can stand in the file as it is.
func plain(b []byte) bool {
	if len(b) == 0 {
		return true
	}
	if b[len(b)-1] != '\n' || !utf8.Valid(b) || bytes.IndexByte(b, 0) >= 0 {
		return false
	}
	for line := range bytes.Lines(b) {
		if _, isMarker := marker(string(line)); isMarker {
			return false
		}
	}
	return true
}

// endDialogue writes the payloads.
func (r *Recorder) endDialogue() {
	r.endData()
	for _, f := range r.files {
		r.write(string(appendSection(nil, f.name, encodePayload(f.name, f.data))))
	}
	r.files, r.steps, r.verb, r.waiting, r.greeted, r.open = nil, 0, "", false, false, false
}
