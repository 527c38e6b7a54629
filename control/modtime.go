package control

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"time"

	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/protocol/errtext"
)

// mtimeMeans are the ways to set a modification time.
type mtimeMeans uint8

const (
	mtimeUnknown mtimeMeans = iota
	mtimeMFMT
	mtimeMDTM
	mtimeUTIME5
	mtimeUTIME2
)

// SetModTime sets when a file was last modified, to the second: by MFMT where the server
// lists it, and otherwise by the first of these that the server accepts: MDTM with a time
// before the name, SITE UTIME with three times, SITE UTIME with one. The one that worked
// is remembered. The error matches errors.ErrUnsupported if none did.
func (c *Conn) SetModTime(ctx context.Context, path string, t time.Time) error {
	if err := c.sendable(protocol.Command{Verb: "MDTM", Arg: path}); err != nil {
		return err
	}
	if err := c.acquire(ctx); err != nil {
		return err
	}
	defer c.release()
	path = c.pathArg("MDTM", path)
	if by := c.mtimeBy; by != mtimeUnknown {
		_, err := c.exchange(ctx, by.command(path, t))
		return err
	}
	var first error
	for _, by := range c.mtimeWays() {
		_, err := c.exchange(ctx, by.command(path, t))
		if err == nil {
			c.mtimeBy = by
			if q := by.quirk(); q != "" {
				c.notice(q, "it was taken, MFMT is not offered")
			}
			return nil
		}
		if c.onlyRefused(err) != nil || by == mtimeMFMT && !protocol.MeaningIn(err).NotImplemented() {
			return err
		}
		if first == nil {
			first = err
		}
	}
	if first == nil {
		return fmt.Errorf("ftp: the server offers no way to set times: %w", errors.ErrUnsupported)
	}
	return errtext.Errorf("ftp: the server offers no way to set times that works: %w: %w", errors.ErrUnsupported, first)
}

// mtimeWays returns the ways to try, in order.
func (c *Conn) mtimeWays() []mtimeMeans {
	ways := []mtimeMeans{mtimeMDTM, mtimeUTIME5, mtimeUTIME2}
	switch {
	case c.isForced(QuirkMtimeByMDTM):
	case c.isForced(QuirkMtimeByUTIME):
		ways = ways[1:]
	case c.Features().Has("MFMT"):
		ways = append([]mtimeMeans{mtimeMFMT}, ways...)
	}
	allowed := ways[:0]
	for _, w := range ways {
		if q := w.quirk(); q == "" || c.mayNotice(q) {
			allowed = append(allowed, w)
		}
	}
	return allowed
}

// quirk returns the quirk that a way belongs to, "" for MFMT.
func (m mtimeMeans) quirk() QuirkName {
	switch m {
	case mtimeMDTM:
		return QuirkMtimeByMDTM
	case mtimeUTIME5, mtimeUTIME2:
		return QuirkMtimeByUTIME
	}
	return ""
}

func (m mtimeMeans) command(path string, t time.Time) protocol.Command {
	stamp := parse.FormatTimeVal(t.UTC().Truncate(time.Second))
	switch m {
	case mtimeMFMT:
		return protocol.Command{Verb: "MFMT", Arg: stamp + " " + path}
	case mtimeMDTM:
		return protocol.Command{Verb: "MDTM", Arg: stamp + " " + path}
	case mtimeUTIME5:
		return protocol.Command{Verb: "SITE", Arg: "UTIME " + path + " " + stamp + " " + stamp + " " + stamp + " UTC"}
	}
	return protocol.Command{Verb: "SITE", Arg: "UTIME " + stamp + " " + path}
}

// Chmod sets the permissions of a file by SITE CHMOD, which no RFC defines. A refusal is
// a *[protocol.ReplyError]; a server that does not have it answers 500, 501, 502 or 504.
func (c *Conn) Chmod(ctx context.Context, path string, mode fs.FileMode) error {
	perm := mode.Perm()
	arg := "CHMOD " + strconv.FormatUint(uint64(perm), 8) + " " + c.pathArg("MLST", path)
	_, err := c.do(ctx, "SITE", arg)
	re, ok := errors.AsType[*protocol.ReplyError](err)
	if !ok || re.Transient() || re.Meaning().NotImplemented() || c.Err() != nil || !c.mayNotice(QuirkCHMOD550) {
		return err
	}
	if !c.Features().Has("MLST") {
		if c.isForced(QuirkCHMOD550) {
			return nil
		}
		return err
	}
	e, merr := c.Mlst(ctx, path)
	if merr == nil && e.Mode == perm.String()[1:] && c.notice(QuirkCHMOD550, c.answered(re)+", and MLST shows the permissions as asked") {
		return nil
	}
	return err
}

// QuirkCHMOD550: SITE CHMOD is answered 550 though it was carried out.
const QuirkCHMOD550 QuirkName = "chmod-550"

var rowCHMOD550 = Quirk{
	Name: QuirkCHMOD550, Mode: QuirkDetected,
	Behaviour:  "SITE CHMOD is answered 550 though it was carried out",
	Evidence:   "MLST shows the permissions that were asked for",
	Workaround: "Chmod reports success",
	Refs:       []string{"uFTP issue 11"},
}

// QuirkMtimeByMDTM: times are set by MDTM with a time before the name.
const QuirkMtimeByMDTM QuirkName = "mtime-by-mdtm"

var rowMtimeByMDTM = Quirk{
	Name: QuirkMtimeByMDTM, Mode: QuirkDetected,
	Behaviour:  "times are set by MDTM with a time before the name",
	Evidence:   "MFMT is not offered and it is taken",
	Workaround: "SetModTime sends that",
	Refs:       []string{"vsftpd", "Serv-U", "WinSCP"},
}

// QuirkMtimeByUTIME: times are set by SITE UTIME, with three times or one.
const QuirkMtimeByUTIME QuirkName = "mtime-by-utime"

var rowMtimeByUTIME = Quirk{
	Name: QuirkMtimeByUTIME, Mode: QuirkDetected,
	Behaviour:  "times are set by SITE UTIME, with three times or one",
	Evidence:   "MFMT and MDTM are not taken and it is",
	Workaround: "SetModTime sends that",
	Refs:       []string{"Pure-FTPd", "WinSCP", "lftp"},
}
