package ftpwire_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/conformance/ftptest"
	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/protocol/mode"
)

// T63 and T64 of the threats: what a download finds that goes on from where another
// ended. It is the file as the server has it now, or an error that has a type; never
// half of one file and half of another.
func TestDownloadResumed(t *testing.T) {
	checkGoroutines(t)
	content, cut := noise(1, 400_000), int64(250_000)
	zeros := make([]byte, 400_000)
	type play = *resumePlay
	noOrigin := func(r play) { os.Remove(ftpwire.PartialName(r.local) + ".json") }
	for _, tt := range []struct {
		name      string
		faults    []ftptest.Fault
		data      []byte // content if nil
		change    func(r play)
		prefix    string // "" if it must begin anew
		restarted string
	}{
		{"the same file", nil, nil, nil, "size and time", ""},
		{"larger now", nil, nil, func(r play) { r.setRemote(noise(2, 500_000)) }, "", "has changed"},
		{"smaller now", nil, nil, func(r play) { r.setRemote(noise(2, 1000)) }, "", "longer than the file"},
		{"as large, other content", nil, nil, func(r play) { r.setRemote(noise(2, 400_000)) }, "", "differs|has changed"},
		{"grown at its end", nil, nil, func(r play) { r.setRemote(append(bytes.Clone(content), "more"...)) }, "SHA-256", ""},
		{"grown, no sums", []ftptest.Fault{"hash-unknown"}, nil, func(r play) { r.setRemote(append(bytes.Clone(content), "more"...)) }, "", "has changed"},
		{"other content, size and time as before", []ftptest.Fault{"file-changes-between"}, nil, nil, "", "differs"},
		{"REST ignored", []ftptest.Fault{"rest-ignored-retr"}, nil, nil, "", "ignores REST|differs"},
		{"RETR refused behind REST", []ftptest.Fault{"rest-retr-refused"}, nil, nil, "", "refuses to begin there"},
		{"REST ignored, nothing but zeros", []ftptest.Fault{"rest-ignored-retr"}, zeros, nil, "", "ignores REST"},
		{"zeros", nil, zeros, nil, "size and time", ""},
		{"origin unknown", nil, nil, noOrigin, "SHA-256", ""},
		{"origin unknown, no RANG", []ftptest.Fault{"hash-without-rang"}, nil, noOrigin, "SHA-256", ""},
		{"origin unknown, the end of a range is in it", []ftptest.Fault{"hash-without-rang", "xhash-inclusive"}, nil, noOrigin, "SHA-256", ""},
		{"origin unknown, the sum is slow", []ftptest.Fault{"hash-slow"}, nil, noOrigin, "SHA-256", ""},
		{"origin unknown, the sum is wrong", []ftptest.Fault{"hash-wrong"}, nil, noOrigin, "", "another one"},
		{"origin unknown, no sums", []ftptest.Fault{"hash-unknown"}, nil, noOrigin, "", "not known what the part is of"},
		{"origin garbage, no sums", []ftptest.Fault{"hash-unknown"}, nil, func(r play) {
			os.WriteFile(ftpwire.PartialName(r.local)+".json", []byte("{]"), 0o600)
		}, "", "not known what the part is of"},
		{"origin unknown, other content", nil, nil, func(r play) { noOrigin(r); r.setRemote(noise(2, 400_000)) }, "", "another one"},
		{"part garbled at its end", nil, nil, func(r play) { garble(t, ftpwire.PartialName(r.local)) }, "", "differs"},
		{"REST is one octet off", []ftptest.Fault{"rest-off-by-one"}, nil, nil, "", "differs"},
		{"size not told", []ftptest.Fault{"feat-lies"}, nil, nil, "", "does not tell the size"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := newResumePlay(t, ftptest.TLSNone, tt.faults...)
			if tt.data == nil {
				tt.data = content
			}
			r.setRemote(tt.data)
			r.breakDownload(cut)
			if tt.change != nil {
				tt.change(r)
			}
			// Where finding out costs the connection, the second attempt has a new one.
			got, err := r.c.Download(t.Context(), "/f", r.local, &ftpwire.TransferOptions{Resume: true, Retry: ftpwire.Retry{Attempts: 1, Delay: 1}})
			if err != nil {
				t.Fatal(err)
			}
			r.wantLocal(r.remote(), false)
			if got.Prefix != tt.prefix || (got.ResumedFrom > 0) != (tt.prefix != "") {
				t.Errorf("went on from %d by %q; want %q", got.ResumedFrom, got.Prefix, tt.prefix)
			}
			if !holdsOne(got.Restarted, tt.restarted) {
				t.Errorf("began anew because %q; want %q", got.Restarted, tt.restarted)
			}
			if want := int64(len(r.remote())); got.Bytes != want || tt.prefix != "" && got.Moved >= want {
				t.Errorf("%d bytes, %d of them moved; want %d, and fewer moved", got.Bytes, got.Moved, want)
			}
		})
	}
}

// holdsOne reports whether s holds one of the alternatives, or is "" if there are none.
func holdsOne(s, alternatives string) bool {
	if alternatives == "" {
		return s == ""
	}
	for a := range strings.SplitSeq(alternatives, "|") {
		if strings.Contains(s, a) {
			return true
		}
	}
	return false
}

// garble changes the last byte of a file.
func garble(t *testing.T, name string) {
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	b[len(b)-1] ^= 1
	if err := os.WriteFile(name, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestUploadResumed(t *testing.T) {
	checkGoroutines(t)
	content, cut := noise(1, 400_000), int64(250_000)
	type play = *resumePlay
	for _, tt := range []struct {
		name      string
		faults    []ftptest.Fault
		change    func(r play)
		prefix    string
		restarted string
		sent      string // commands that must be there, between commas
	}{
		{"REST and STOR", nil, nil, "SHA-256", "", "REST,STOR"},
		{"the tail read back", []ftptest.Fault{"hash-unknown"}, nil, "tail", "", "RETR,REST,STOR"},
		{"APPE, where REST is not listed", []ftptest.Fault{"feat-without-rest"}, nil, "SHA-256", "", "APPE"},
		{"APPE, where STOR behind REST is refused", []ftptest.Fault{"rest-stor-refused"}, nil, "SHA-256", "", "REST,STOR,APPE"},
		{"REST ignored by STOR", []ftptest.Fault{"rest-ignored-stor"}, nil, "", "by STOR", "REST,STOR"},
		{"APPE overwrites", []ftptest.Fault{"rest-stor-refused", "appe-overwrites"}, nil, "", "by APPE", "APPE,STOR"},
		{"REST ignored by RETR, no sums", []ftptest.Fault{"hash-unknown", "rest-ignored-retr"}, nil, "", "ignores REST", "STOR"},
		{"sums wrong", []ftptest.Fault{"hash-wrong"}, nil, "", "not the beginning", "STOR"},
		{"something else there", nil, func(r play) { r.setRemote(noise(2, 200_000)) }, "", "not the beginning", "STOR"},
		{"something else there, no sums", []ftptest.Fault{"hash-unknown"}, func(r play) { r.setRemote(noise(2, 200_000)) }, "", "is not in the file", "STOR"},
		{"something longer there", nil, func(r play) { r.setRemote(noise(2, 500_000)) }, "", "longer", "STOR"},
		{"whole already", nil, func(r play) { r.setRemote(content) }, "SHA-256", "", "REST"},
		{"sizes are lies", []ftptest.Fault{"size-lies"}, nil, "", "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := newResumePlay(t, ftptest.TLSNone, tt.faults...)
			r.setLocal(content)
			r.breakUpload(cut, ftpwire.TransferOptions{})
			if tt.change != nil {
				tt.change(r)
			}
			before := len(r.s.Commands())
			got, err := r.c.Upload(t.Context(), r.local, "/f", &ftpwire.TransferOptions{Resume: true, Retry: ftpwire.Retry{Attempts: 1, Delay: 1}})
			if len(tt.faults) > 0 && tt.faults[0] == "size-lies" {
				if !isSize(err) {
					t.Errorf("%v; want a SizeError", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(r.remote(), content) {
				t.Errorf("the server has %d bytes that differ", len(r.remote()))
			}
			if got.Prefix != tt.prefix || (got.ResumedFrom > 0) != (tt.prefix != "") || !holdsOne(got.Restarted, tt.restarted) {
				t.Errorf("went on from %d by %q, began anew because %q; want %q and %q", got.ResumedFrom, got.Prefix, got.Restarted, tt.prefix, tt.restarted)
			}
			if !got.Proof.Has(ftpwire.ProofReply | ftpwire.ProofSize) {
				t.Errorf("proof: %v", got.Proof)
			}
			wantInOrder(t, r.s.Commands()[before:], tt.sent)
		})
	}
}

// wantInOrder checks that the verbs are among the commands, one behind the other.
func wantInOrder(t *testing.T, commands []string, verbs string) {
	t.Helper()
	rest := commands
	for verb := range strings.SplitSeq(verbs, ",") {
		for len(rest) > 0 && !strings.HasPrefix(rest[0], verb) {
			rest = rest[1:]
		}
		if len(rest) == 0 {
			t.Errorf("commands %q; want %s among them in this order", commands, verbs)
			return
		}
		rest = rest[1:]
	}
}

// A local file that changed since the server got its beginning is sent anew.
func TestUploadOfChanged(t *testing.T) {
	r := newResumePlay(t, ftptest.TLSNone, "hash-unknown")
	content := noise(1, 400_000)
	r.setLocal(content)
	r.breakUpload(250_000, ftpwire.TransferOptions{})
	info, err := os.Stat(r.local)
	if err != nil {
		t.Fatal(err)
	}
	content[0] ^= 1 // far from the tail
	r.setLocal(content)
	later := info.ModTime().Add(5e9)
	if err := os.Chtimes(r.local, later, later); err != nil {
		t.Fatal(err)
	}
	got, err := r.c.Upload(t.Context(), r.local, "/f", &ftpwire.TransferOptions{Resume: true})
	if err != nil || got.ResumedFrom != 0 || !strings.Contains(got.Restarted, "may have changed") || !bytes.Equal(r.remote(), content) {
		t.Errorf("from %d, %q, %v; want it from the beginning", got.ResumedFrom, got.Restarted, err)
	}
}

// Text has no offsets that count.
func TestResumeOfText(t *testing.T) {
	r := newResumePlay(t, ftptest.TLSNone)
	r.setRemote([]byte("text\n"))
	if err := r.c.Conn().SetFileFormat(mode.Format{Type: 'A'}); err != nil {
		t.Fatal(err)
	}
	o := &ftpwire.TransferOptions{Resume: true}
	_, down := r.c.Download(t.Context(), "/f", r.local, o)
	_, up := r.c.Upload(t.Context(), r.local, "/f", o)
	for _, err := range []error{down, up} {
		if _, ok := errors.AsType[*control.OffsetError](err); !ok || !errors.Is(err, errors.ErrUnsupported) || ftpwire.Temporary(err) {
			t.Errorf("%v; want a lasting OffsetError", err)
		}
	}
	r.wantLocal([]byte(asItWas), false)
}

// Two downloads to one file at a time: the second is refused, and the first whole.
func TestDownloadTwice(t *testing.T) {
	r := newResumePlay(t, ftptest.TLSNone)
	content := noise(1, 300_000)
	r.setRemote(content)
	other := newResumePlay(t, ftptest.TLSNone)
	other.setRemote(noise(2, 300_000))
	var second error
	first := &ftpwire.TransferOptions{Resume: true, Progress: once(func() {
		_, second = other.c.Download(t.Context(), "/f", r.local, &ftpwire.TransferOptions{Resume: true})
	})}
	if _, err := r.c.Download(t.Context(), "/f", r.local, first); err != nil {
		t.Fatal(err)
	}
	if second == nil && lockable {
		t.Error("a second download at the same time: no error")
	}
	if lockable {
		r.wantLocal(content, false)
	}
}

// A part that gets its name between the opening and the lock is not written to: it is
// the target then.
func TestPartRenamed(t *testing.T) {
	name := filepath.Join(t.TempDir(), "part")
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := ftpwire.LockPartForTest(f); err != nil {
		t.Errorf("as it was opened: %v", err)
	}
	if runtime.GOOS == "windows" {
		return // open files are not renamed there
	}
	if err := os.Rename(name, name+".done"); err != nil {
		t.Fatal(err)
	}
	if err := ftpwire.LockPartForTest(f); err == nil {
		t.Error("renamed: no error")
	}
	if err := os.WriteFile(name, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := ftpwire.LockPartForTest(f); err == nil {
		t.Error("another one of the name: no error")
	}
}

// Names that are long are made shorter, and stay different.
func TestPartialName(t *testing.T) {
	long := strings.Repeat("x", 250)
	a, b := ftpwire.PartialName("d/"+long+"a"), ftpwire.PartialName("d/"+long+"b")
	if a == b || len(filepath.Base(a)) > 250 || filepath.Dir(a) != "d" {
		t.Errorf("%q and %q; want two names of 250 bytes at most", a, b)
	}
	if got, want := ftpwire.PartialName(filepath.Join("d", "f")), filepath.Join("d", ".f.ftpwire-part"); got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// Cancelled at any step of the dialogue: the file that was to be replaced is as it
// was, or whole; the error says that it was cancelled; and the next attempt gets there.
func TestResumeCancelled(t *testing.T) {
	checkGoroutines(t)
	content := noise(1, 300_000)
	through := map[string]bool{}
	for step := int64(1); step < 60 && len(through) < 2; step++ {
		for _, way := range []string{"down", "up"} {
			if through[way] {
				continue
			}
			r := newResumePlay(t, ftptest.TLSNone)
			var run func(context.Context) error
			o := &ftpwire.TransferOptions{Resume: true, Verify: true, TempUpload: true}
			target := func() []byte { b, _ := os.ReadFile(r.local); return b }
			r.setRemote(content)
			run = func(ctx context.Context) error { _, err := r.c.Download(ctx, "/f", r.local, o); return err }
			if way == "up" {
				r.setLocal(content)
				r.setRemote([]byte(asItWas))
				run = func(ctx context.Context) error { _, err := r.c.Upload(ctx, r.local, "/f", o); return err }
				target = r.remote
			}
			ctx, cancel := context.WithCancel(t.Context())
			var steps atomic.Int64
			r.p.Trace = func(e control.TraceEvent) {
				if e.Kind == control.TraceSent && steps.Add(1) == step {
					cancel()
				}
			}
			r.dial()
			steps.Store(0)
			err := run(ctx)
			got := target()
			switch {
			case err == nil:
				through[way] = steps.Load() < step
			case !errors.Is(err, context.Canceled):
				t.Errorf("%s, step %d: %v; want context.Canceled", way, step, err)
			}
			if !bytes.Equal(got, content) && (err == nil || string(got) != asItWas) {
				t.Errorf("%s, step %d, %v: the target has %d bytes; want it as it was, or whole", way, step, err, len(got))
			}
			r.p.Trace = nil
			r.dial()
			if err := run(t.Context()); err != nil || !bytes.Equal(target(), content) {
				t.Errorf("%s, step %d: the next attempt: %v, %d bytes", way, step, err, len(target()))
			}
			cancel()
		}
	}
	if len(through) < 2 || !through["down"] || !through["up"] {
		t.Errorf("not all steps were reached: %v", through)
	}
}

// What the server refuses for the moment is no reason to give up a part.
func TestResumeBusy(t *testing.T) {
	r := newResumePlay(t, ftptest.TLSNone)
	r.setRemote(noise(1, 300_000))
	r.breakDownload(200_000)
	part, err := os.ReadFile(ftpwire.PartialName(r.local))
	if err != nil {
		t.Fatal(err)
	}
	busy := newResumePlay(t, ftptest.TLSNone, "size-busy")
	_, err = busy.c.Download(t.Context(), "/f", r.local, &ftpwire.TransferOptions{Resume: true})
	if re, ok := errors.AsType[*protocol.ReplyError](err); !ok || re.Reply.Code != 450 || !ftpwire.Temporary(err) {
		t.Errorf("%v; want the refusal", err)
	}
	if now, err := os.ReadFile(ftpwire.PartialName(r.local)); err != nil || !bytes.Equal(now, part) {
		t.Errorf("the part has %d bytes now, %v; want its %d", len(now), err, len(part))
	}
	if got, err := r.c.Download(t.Context(), "/f", r.local, &ftpwire.TransferOptions{Resume: true}); err != nil || got.ResumedFrom != int64(len(part)) {
		t.Errorf("from %d, %v; want the part continued", got.ResumedFrom, err)
	}
}
