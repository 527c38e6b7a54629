package conformance

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/ftpwire/ftpwire/protocol/mode"
)

var deflated = mode.Format{Mode: 'Z'}

// brokenDeflate are the faults that no download in MODE Z survives.
func brokenDeflate() []string {
	return []string{"mode-z-corrupt", "mode-z-truncated", "mode-z-trailing", "mode-z-raw-deflate"}
}

const deflateRFC = "draft-preston-ftpext-deflate "

// deflateCases are the cases of MODE Z. Their files are small, except in the case about
// large ones.
var deflateCases = []Case{
	{
		ID: "draft-deflate-mode-z", RFC: deflateRFC + "3.4", Level: Must,
		Text:   "MODE Z carries files both ways, and MODE S takes it back.",
		Needs:  []string{NeedLogin, NeedWrite},
		Faults: append(brokenDeflate(), "mode-z-bomb"),
		Run: func(t *T) {
			t.optional("MODE Z")
			name, data := t.Name("deflate"), compressible()
			t.Type("I")
			t.with("MODE Z")
			t.Upload("STOR "+name, encode(deflated, mode.Options{}, data))
			t.Same("RETR in MODE Z", t.downCoded(name, deflated).file, data)
			t.with("MODE S")
			t.Same("RETR in MODE S", t.Down(name), data)
		},
	},
	{
		ID: "draft-deflate-zlib", RFC: deflateRFC + "3.3.1", Level: Must,
		Text:   "The data of MODE Z is one zlib stream, with its header and its checksum, and nothing more.",
		Needs:  []string{NeedLogin, NeedWrite},
		Faults: append(brokenDeflate(), "mode-z-bomb"),
		Run: func(t *T) {
			t.optional("MODE Z")
			for _, data := range [][]byte{compressible(), []byte("x"), nil} {
				name := t.Name("zlib")
				t.plain()
				t.Up(name, data)
				t.with("MODE Z")
				f := t.downCoded(name, deflated)
				t.Same(fmt.Sprintf("RETR of %d octets", len(data)), f.file, data)
				if len(f.wire) == 0 {
					t.Warnf("of an empty file nothing comes, want a zlib stream of no octets")
				}
			}
		},
	},
	{
		ID: "draft-deflate-all-transfers", RFC: deflateRFC + "3.1", Level: Must,
		Text:   "Listings are in MODE Z too; about MLSD the draft and RFC 3659 differ.",
		Needs:  []string{NeedLogin, NeedWrite},
		Faults: append(brokenDeflate(), "list-never-compressed"),
		Run: func(t *T) {
			t.optional("MODE Z")
			name := t.File("listed")
			t.with("MODE Z")
			for _, cmd := range []string{"LIST", "NLST"} {
				if f := t.Begin(cmd).receiveCoded(deflated); !bytes.Contains(f.file, []byte(name)) {
					t.Failf("%s: the listing lacks %s", cmd, name)
				}
			}
			if !t.run.feats.Has("MLST") {
				return
			}
			z := mode.NewReader(bytes.NewReader(t.Begin("MLSD").Receive()), deflated, mode.Options{Detect: true, Limit: inflatedLimit})
			b, err := io.ReadAll(z)
			if err != nil || !bytes.Contains(b, []byte(name)) {
				t.Failf("MLSD: %d octets, %v; the listing lacks %s", len(b), err, name)
			}
			t.Infof("MLSD is in MODE %s", map[bool]string{true: "Z", false: "S"}[z.Complete()])
		},
	},
	{
		ID: "draft-deflate-feat", RFC: deflateRFC + "3.5", Level: Must,
		Text:   "FEAT lists MODE Z if MODE Z is accepted, and only then.",
		Needs:  []string{NeedLogin},
		Faults: []string{"feat-no-mode-z", "feat-empty-list", "mode-z-504", "mode-502"},
		Run: func(t *T) {
			args, listed := t.run.feats.Args("MODE")
			listed = listed && (args == "Z" || strings.HasPrefix(args, "Z "))
			r := t.Ask("MODE Z")
			switch {
			case refused(r) && listed:
				t.Failf("FEAT lists MODE Z, but MODE Z is refused: %s", brief(r))
			case refused(r):
				t.Unimplf("MODE Z: %s", brief(r))
			case t.run.feats == nil:
				t.Skipf("there is no FEAT, which should list MODE Z")
			case !listed:
				t.Failf("MODE Z is accepted, but FEAT does not list it")
			}
		},
	},
	{
		ID: "draft-deflate-opts", RFC: deflateRFC + "3.6", Level: Should,
		Text:   "OPTS MODE Z sets the level or, without options, all back; what is not understood is refused with 501.",
		Needs:  []string{NeedLogin},
		Faults: []string{"opts-mode-z-99-200", "opts-500"},
		Run: func(t *T) {
			t.optional("MODE Z")
			r := t.Ask("OPTS MODE Z LEVEL 9")
			if refused(r) {
				t.Unimplf("OPTS MODE Z LEVEL 9: %s", brief(r))
			}
			t.WantIn(r, "OPTS MODE Z LEVEL 9", 200)
			for _, cmd := range []string{"OPTS MODE Z LEVEL 99", "OPTS MODE Z ENGINE NOPE"} {
				t.Grade(t.Ask(cmd), cmd, is(501), is(4, 5))
			}
			t.Grade(t.Ask("OPTS MODE Z"), "OPTS MODE Z", is(200), is(4, 5))
		},
	},
	{
		ID: "draft-deflate-rest", RFC: deflateRFC + "3.7", Level: Must,
		Text:   "REST in MODE Z counts the octets of the file, not those that are sent; or the restart is refused.",
		Needs:  []string{NeedLogin, NeedWrite, "FEAT REST"},
		Faults: append(brokenDeflate(), "mode-z-bomb"),
		Run: func(t *T) {
			t.optional("MODE Z")
			name, data := t.Name("rest"), compressible()
			t.Up(name, data)
			t.with("MODE Z")
			d := t.passive()
			if r := t.Ask("REST 1234"); refused(r) {
				t.Infof("REST in MODE Z: %s", brief(r))
				return
			}
			x := t.beginOn(d, "RETR "+name)
			if x.Refused() {
				t.Infof("RETR after REST in MODE Z: %s", brief(x.First))
				return
			}
			t.Same("RETR after REST 1234", x.receiveCoded(deflated).file, data[1234:])
		},
	},
	{
		ID: "draft-deflate-truncated", RFC: deflateRFC + "3.2", Level: Must,
		Text:   "An upload in MODE Z whose connection ends before the zlib stream does is no success.",
		Needs:  []string{NeedLogin, NeedWrite},
		Faults: []string{"stor-reset-226", "stor-cut-silence"},
		Run: func(t *T) {
			t.optional("MODE Z")
			t.Type("I")
			t.with("MODE Z")
			wire := encode(deflated, mode.Options{}, compressible())
			r := t.Begin("STOR " + t.Name("cut")).Store(wire[:len(wire)/2])
			t.Grade(r, "STOR of half a zlib stream", is(426, 451), is(4, 5))
		},
	},
	{
		ID: "prac-deflate-large-upload", RFC: "practice", Level: Must,
		Text:   "An upload in MODE Z of many megabytes arrives whole, and so does such a download.",
		Needs:  []string{NeedLogin, NeedWrite},
		Rests:  []string{"draft-deflate-mode-z", "draft-deflate-zlib"},
		Faults: []string{"mode-z-upload-stops", "mode-z-upload-short", "mode-z-download-short"},
		Run:    largeDeflated,
	},
}

// compressible returns data, some of which deflate makes smaller and some not.
func compressible() []byte {
	return append(bytes.Repeat([]byte("a line of text\n"), 500), payload(8000)...)
}
