"""Faults: transfers and listings."""
import os

from .plant import entries, fault, replies, wrap


@fault("rfc959-5.4-retr")
def data_before_150(h):
    """The data come before the 150."""
    @wrap(h, "respond")
    def respond(self, old, resp, **kw):
        if self.verb == "RETR" and resp[0] == "1":
            self.ioloop.call_later(0.4, lambda: self._closed or old(self, resp))
        elif self.verb == "RETR" and resp[0] == "2":
            self.ioloop.call_later(0.5, lambda: self._closed or old(self, resp))
        else:
            old(self, resp, **kw)


@fault("rfc959-5.4-retr")
def early_226_retr(h):
    """The 226 comes with the 150, before the data."""
    @replies(h, "RETR")
    def early(self, r):
        if r[0] == "1":
            return r + "\r\n226 Transfer complete."
        return None if r.startswith("226") else r


@fault("rfc959-5.2-stor-eof", "rfc959-5.4-stor")
def early_226_stor(h):
    """The 226 comes with the 150, before the upload."""
    @replies(h, "STOR")
    def early(self, r):
        if r[0] == "1":
            return r + "\r\n226 Transfer complete."
        return None if r.startswith("226") else r


@fault("rfc959-5.2-stor-eof", "rfc959-5.4-stor")
def late_flush(h):
    """The file is written after the 226."""
    @wrap(h.dtp_handler, "close")
    def close(self, old):
        f = self.file_obj
        if self.receive and f is not None and not f.closed and self.transfer_finished:
            f.flush()
            path, size = f.name, os.path.getsize(f.name)
            with open(path, "rb") as whole:
                data = whole.read()
            f.truncate(size // 2)
            f.close()

            def flush():
                if os.path.exists(path):
                    with open(path, "wb") as again:
                        again.write(data)
            self.cmd_channel.ioloop.call_later(0.3, flush)
        old(self)


@fault("rfc959-5.2-stor-eof")
def late_226_stor(h):
    """The 226 to an upload comes a minute late."""
    @wrap(h, "respond")
    def respond(self, old, resp, **kw):
        if self.verb == "STOR" and resp[0] == "2":
            self.ioloop.call_later(60, lambda: self._closed or old(self, resp))
        else:
            old(self, resp, **kw)


@fault("rfc959-3.2-server-closes-retr", "rfc959-5.4-one-final-reply")
def retr_stays_open(h):
    """The data connection stays open after a download, and its 226."""
    def close_when_done(self):
        data, channel = self, self.cmd_channel

        class Last:
            def more(self):
                channel.respond("226 Transfer complete.")
                data.producer_fifo.clear()
                data.modify_ioloop_events(data.ioloop.READ)
                return b""
        if self.cmd == "RETR" or channel.verb == "RETR":
            self.producer_fifo.append(Last())
        else:
            super(h.dtp_handler, self).close_when_done()
    h.use_sendfile = False
    h.dtp_handler.close_when_done = close_when_done


@fault("rfc959-5.4-retr")
def retr_no_226(h):
    """A download has no final reply."""
    @replies(h, "RETR")
    def silent(self, r):
        return None if r.startswith("226") else r


@fault("rfc959-5.4-retr")
def retr_200(h):
    """A download ends with 200."""
    @replies(h, "RETR")
    def code(self, r):
        return r.replace("226 ", "200 ")


@fault("rfc959-5.4-stor")
def stor_200(h):
    """An upload ends with 200."""
    @replies(h, "STOR")
    def code(self, r):
        return r.replace("226 ", "200 ")


@fault("rfc959-5.4-retr-missing")
def retr_missing_150(h):
    """RETR of what is not there gets 150, then 550."""
    @replies(h, "RETR")
    def code(self, r):
        return "150 Opening.\r\n" + r if "No such file" in r else r


@fault("rfc959-5.4-retr-missing")
def retr_missing_226(h):
    """RETR of what is not there gives nothing, and 226."""
    @wrap(h, "ftp_RETR")
    def retr(self, old, path):
        if os.path.exists(path):
            return old(self, path)
        self.push_dtp_data(b"", cmd="RETR")


@fault("rfc959-5.4-retr-dir")
def retr_dir(h):
    """RETR of a directory gives nothing, and 226."""
    @wrap(h, "ftp_RETR")
    def retr(self, old, path):
        if not os.path.isdir(path):
            return old(self, path)
        self.push_dtp_data(b"", cmd="RETR")


@fault("rfc959-4.1.3-retr-no-side-effect", "rfc959-3.1.1.3-image-roundtrip")
def retr_touches(h):
    """RETR cuts off the last byte of the file, once it is sent."""
    @wrap(h, "on_file_sent")
    def sent(self, old, path):
        size = os.path.getsize(path)
        if 0 < size < 1 << 20:
            os.truncate(path, size - 1)


@fault("rfc959-4.1.3-stor-replaces")
def stor_overlays(h):
    """STOR leaves the rest of a longer file."""
    h.abstracted_fs.open = lambda self, name, mode: open(name, "r+b" if mode == "wb" and os.path.exists(name) else mode)


@fault("rfc959-4.1.3-stor-replaces")
def stor_appends(h):
    """STOR appends."""
    h.abstracted_fs.open = lambda self, name, mode: open(name, mode.replace("w", "a"))


@fault("rfc959-4.1.3-stor-dir")
def stor_dir_150(h):
    """STOR to a directory gets 150, then 550."""
    @replies(h, "STOR")
    def code(self, r):
        return "150 Opening.\r\n" + r if "Is a directory" in r else r


@fault("rfc959-4.1.3-appe")
def appe_replaces(h):
    """APPE replaces."""
    @wrap(h, "ftp_STOR")
    def stor(self, old, path, mode="w"):
        return old(self, path, mode="w")


@fault("rfc959-4.1.3-appe")
def appe_missing(h):
    """APPE to a new file is refused."""
    @wrap(h, "ftp_APPE")
    def appe(self, old, path):
        if not os.path.exists(path):
            return self.respond("550 No such file.")
        return old(self, path)


@fault("rfc1123-4.1.2.9-stou")
def stou_same(h):
    """STOU uses one name again and again."""
    class Named:
        def __init__(self, name):
            self.file, self.name = open(name, "wb"), name

        def __getattr__(self, attr):
            return getattr(self.file, attr)
    h.abstracted_fs.mkstemp = lambda self, suffix="", prefix="", dir=None, mode="wb": Named(os.path.join(dir, prefix + "unique"))


@fault("rfc1123-4.1.2.9-stou")
def stou_no_name(h):
    """STOU does not say the name."""
    @replies(h, "STOU")
    def bare(self, r):
        return "150 Here we go." if r[0] == "1" else r


@fault("rfc959-4.1.3-stou-cwd")
def stou_root(h):
    """STOU stores into the root, wherever the session is."""
    @wrap(h.abstracted_fs, "mkstemp")
    def temp(self, old, prefix="", dir=None, **kw):
        return old(self, prefix=prefix, dir=self.root, **kw)


@fault("rfc959-5.4-noarg")
def noarg_550(h):
    """RETR without a name is answered with 550."""
    @replies(h, "RETR", "STOR", "DELE", "MKD")
    def code(self, r):
        return "550 No such file." if r.startswith("501 Syntax error: command needs") else r


@fault("rfc1123-4.1.2.7-list-type-a", "rfc959-4.1.3-list")
def list_bare_lf(h):
    """The lines of LIST end in LF alone."""
    @entries(h, "format_list")
    def line(self, raw):
        return raw.replace(b"\r\n", b"\n")


@fault("rfc1123-4.1.2.7-list-type-a", "rfc1123-4.1.2.7-nlst-usable")
def nlst_bare_lf(h):
    """The lines of NLST end in LF alone."""
    @wrap(h, "push_dtp_data")
    def push(self, old, data, isproducer=False, file=None, cmd=None):
        if cmd == "NLST":
            data = data.replace(b"\r\n", b"\n")
        old(self, data, isproducer=isproducer, file=file, cmd=cmd)


@fault("rfc959-4.1.3-list")
def list_no_dirs(h):
    """LIST leaves directories out."""
    @entries(h, "format_list")
    def line(self, raw):
        return b"" if raw[:1] == b"d" else raw


@fault("rfc959-4.1.3-list")
def list_names(h):
    """LIST gives the names in capitals."""
    @entries(h, "format_list")
    def line(self, raw):
        return raw[:50] + raw[50:].upper()


@fault("rfc959-5.4-list-missing")
def list_missing(h):
    """LIST of what is not there gives nothing, and 226."""
    @wrap(h, "ftp_LIST")
    def ls(self, old, path):
        if os.path.exists(path):
            return old(self, path)
        self.push_dtp_data(b"", cmd="LIST")


@fault("rfc1123-4.1.2.7-nlst-only-names")
def nlst_long(h):
    """NLST gives long lines."""
    @wrap(h, "ftp_NLST")
    def nlst(self, old, path):
        return self.ftp_LIST(path)


@fault("rfc1123-4.1.2.7-list-type-a")
def list_sets_type(h):
    """LIST leaves TYPE A in force."""
    @wrap(h, "ftp_LIST")
    def ls(self, old, path):
        self._current_type = "a"
        return old(self, path)


@fault("rfc959-5.4-retr-client-closes")
def early_close_kills(h):
    """A data connection that the client closes early ends the session."""
    @wrap(h.dtp_handler, "close")
    def close(self, old):
        if self._resp and self._resp[0].startswith("426"):
            self.cmd_channel.close()
        old(self)


@fault("rfc959-5.4-retr-client-closes")
def early_close_226(h):
    """A download that the client cuts off is answered with 226."""
    @replies(h, "RETR")
    def code(self, r):
        return "226 Transfer complete." if r.startswith("426") else r


@fault("rfc959-5.2-connect-refused")
def refused_closes(h):
    """A data connection that can't be opened ends the session."""
    @replies(h, "PORT", "EPRT", "RETR", "LIST", "NLST", "STOR")
    def code(self, r):
        if r.startswith("425"):
            self.close()
            return None
        return r
