package ftpwire

import (
	"context"
	"errors"

	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/protocol/patience"
)

// unique stores the file under a name that the server chooses (STOU; RFC 1123, Section 4.1.2.9). The
// server puts it into the working directory.
func (u *upload) unique(ctx context.Context) (err error) {
	dir := u.remote
	if dir != "" {
		home, err := u.c.conn.Pwd(ctx)
		if err != nil {
			return err
		}
		if err := u.c.conn.Cwd(ctx, dir); err != nil {
			return err
		}
		defer func() {
			back, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience.Cleanup.Default)
			defer cancel()
			if u.c.conn.Err() == nil && u.c.conn.Cwd(back, home) != nil {
				u.c.conn.Close() // relative pathnames would lead elsewhere
			}
		}()
	}
	u.target, u.r.Name = "", ""
	if err := u.storeUnique(ctx, dir); err != nil {
		if !u.begun {
			return err
		}
		return onceStored(err, fileStored) // a second one might store a second file
	}
	return nil
}

// storeUnique sends STOU, in the directory dir.
func (u *upload) storeUnique(ctx context.Context, dir string) error {
	w, err := u.c.conn.Stou(ctx)
	if err != nil {
		u.begun = mayHaveStored(err)
		return err
	}
	name := w.Name()
	if name != "" {
		u.r.Name, u.target = name, name
		if dir != "" && name[0] != '/' {
			u.r.Name = join(dir, name)
		}
	}
	if err := u.transmit(ctx, w, uploadWay{verb: "STOU"}, 0); err != nil {
		return err
	}
	if name == "" {
		if u.o.Require&(ProofSize|ProofHash) != 0 {
			return lacking(u.remote, u.o.Require, u.r.Proof, "the server does not tell the name of the file (STOU)")
		}
		return nil
	}
	if err := u.check(ctx); err != nil {
		return err
	}
	u.keepTime(ctx, name)
	return nil
}

// transmit sends what follows offset over an open upload, and compares the sizes.
func (u *upload) transmit(ctx context.Context, w *control.Upload, way uploadWay, offset int64) error {
	u.stored, u.begun = true, true
	u.r.ResumedFrom = offset
	m := u.meter(offset, 0, u.size())
	m.watch(w.OnTally)
	n, err := u.copy(ctx, w, offset, m)
	u.r.Bytes = offset + n
	sent := err == nil
	if sent {
		err = w.Close()
	} else {
		w.Abort()
	}
	m.end(u.r.Bytes)
	u.moved(w.Data(), w.Octets())
	early := isType[*control.EarlyReplyError](err)
	if err != nil && !(early && sent) {
		return err
	}
	if !early {
		u.r.Proof = ProofReply
	}
	if lost := u.truncated(); lost != nil {
		return lost
	}
	switch {
	case u.target == "":
		return err // STOU, and the name is not known
	case !u.c.binary():
		if other := u.kept(ctx, u.target); other != nil {
			return other
		}
		return err
	}
	return u.compareSize(ctx, way, offset, n, err)
}

// mayHaveStored reports whether STOU, which failed with err before data moved, may have made a file. A refusal makes none, unless it is
// about the data connection: servers open the file first.
func mayHaveStored(err error) bool {
	if re, ok := errors.AsType[*protocol.ReplyError](err); ok {
		return re.Verb == "STOU" && re.Meaning().OfData()
	}
	if isType[*control.UnansweredError](err) {
		return false
	}
	verb := unansweredVerb(err)
	return verb == "" || verb == "STOU"
}
