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
// when their transfer is over. A file may hold several sessions, one after the other.
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

	// Contents keeps the contents of files. If false, only their length is kept. Listings
	// are always kept.
	Contents bool

	// Clean changes a listing before it is written, to mask names in it. If nil, it is
	// written as it is.
	Clean func([]byte) []byte

	// MaxPayload is the largest payload that is kept, in bytes. If zero, 1 MiB. All
	// together have 16 MiB. Of contents that are larger only the length is kept, of a
	// listing the beginning, with ".cut" in its name.
	MaxPayload int

	mu        sync.Mutex
	err       error // of W
	begun     time.Time
	dialogues int

	// Of this dialogue:
	open    bool // its section has begun
	steps   int
	greeted bool   // the greeting is in
	verb    string // of the last line of the client
	mode    string // its argument, if that was MODE
	coded   bool   // data is in another mode than S

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
	kind    Kind
	listing bool
	data    []byte
	octets  int64
}

// maxKept bounds all payloads of a file.
const maxKept = 16 << 20

func (r *Recorder) maxPayload() int {
	if r.MaxPayload <= 0 {
		return 1 << 20
	}
	return r.MaxPayload
}

// Connected notes that a control connection is open, which begins a dialogue.
func (r *Recorder) Connected(address string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.endDialogue()
	r.stamp()
	r.step(Step{Kind: Peer, Text: address})
}

// Sent notes a line of the client, without its line end. Of an address only the command is
// kept, with a wildcard.
func (r *Recorder) Sent(line string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.verb, r.mode, _ = strings.Cut(strings.ToUpper(line), " ")
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

// Received notes a reply, its lines separated by newlines. slow says that the client
// has waited for it, so that the time is written.
func (r *Recorder) Received(reply string, slow bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if slow || !r.greeted {
		r.stamp()
	}
	r.greeted = true
	if r.verb == "MODE" && strings.HasPrefix(reply, "2") {
		r.coded = r.mode != "S"
	}
	for line := range strings.SplitSeq(reply, "\n") {
		r.step(Step{Kind: ServerLine, Text: line})
	}
}

// TLS notes that TLS has come up on the control connection.
func (r *Recorder) TLS() { r.note(Step{Kind: TLS, Text: "tls"}) }

// TLSFailed notes that it has not.
func (r *Recorder) TLSFailed(how Fault) { r.note(Step{Kind: TLS, Text: "fails", How: how}) }

// Cleared notes that TLS was taken down.
func (r *Recorder) Cleared() { r.note(Step{Kind: TLS, Text: "clear"}) }

// DataFailed notes a data connection that could not be opened, or had no TLS if tls is
// set.
func (r *Recorder) DataFailed(tls bool, how Fault) {
	step := Step{Kind: DataFails, Text: "data", How: how}
	if tls {
		step.Text = "tls"
	}
	r.note(step)
}

// Closed notes the end of the control connection. An end that the client wanted is none:
// how is "".
func (r *Recorder) Closed(how Fault) {
	if how != "" {
		r.note(Step{Kind: End, How: how})
	}
}

// note writes a step.
func (r *Recorder) note(s Step) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.stamp()
	r.step(s)
}

// Data notes a data connection; listing says that it is one of a listing. What follows as
// Payload belongs to it, until DataEnded.
func (r *Recorder) Data(toServer, listing bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.endData("")
	r.data = &recording{kind: DataToClient, listing: listing}
	if toServer {
		r.data.kind = DataToServer
	}
}

// Payload notes bytes of the data connection.
func (r *Recorder) Payload(b []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	d := r.data
	if d == nil {
		return
	}
	d.octets += int64(len(b))
	if d.listing || r.Contents {
		n := min(len(b), r.maxPayload()-len(d.data), maxKept-r.kept)
		r.kept += n
		d.data = append(d.data, b[:n]...)
	}
}

// DataEnded notes the end of the data connection. If it was in order, how is "".
func (r *Recorder) DataEnded(how Fault) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.endData(how)
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
func (r *Recorder) endData(how Fault) {
	d := r.data
	if d == nil {
		return
	}
	r.data = nil
	r.payloads++
	f := r.keep(d, fmt.Sprintf("data-%d", r.payloads))
	r.files = append(r.files, f)
	r.step(Step{Kind: d.kind, Text: f.name, How: how})
	for _, line := range r.held {
		r.line(line)
	}
	r.held = nil
}

// keep returns the section of a payload.
func (r *Recorder) keep(d *recording, name string) recorded {
	whole := int64(len(d.data)) == d.octets
	switch {
	case d.octets == 0:
	case !d.listing && !whole && !r.coded:
		return recorded{name + zerosSuffix, fmt.Appendf(nil, "%d octets\n", d.octets)}
	case d.listing && r.coded && r.Clean != nil:
		d.data = nil // nothing can be masked in it, and nothing made up
		name += cutMark
	case !whole:
		name += cutMark
	}
	if d.listing && r.Clean != nil {
		d.data = r.Clean(d.data)
	}
	if !plain(d.data) {
		name += encodedSuffix
	}
	return recorded{name, d.data}
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
	r.endData("")
	for _, f := range r.files {
		r.write(string(appendSection(nil, f.name, encodePayload(f.name, f.data))))
	}
	r.files, r.steps, r.verb, r.mode, r.greeted, r.open, r.coded = nil, 0, "", "", false, false, false
}
