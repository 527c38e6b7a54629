"""Faults: all kinds, thought of without a look at the checks."""
import os
import re
import time
import unicodedata

from .plant import answer, contents, entries, facts, fault, replies, wrap


@fault("rfc959-3.1.1.3-image-roundtrip", "rfc959-5.4-retr")
def retr_extra(h):
    """A line end follows the bytes of every file."""
    @contents(h)
    def data(self, offset, b):
        if b or getattr(self, "done", False):
            return b
        self.done = True
        return b"\r\n"


@fault("rfc959-3.1.1.3-image-roundtrip", "rfc959-5.4-retr")
def retr_repeats(h):
    """The 64 KiB behind 1 MiB come twice."""
    @contents(h)
    def data(self, offset, b):
        return bytes(b) * 2 if offset == 1 << 20 else b


@fault("rfc959-3.1.1.3-image-roundtrip")
def stor_converts(h):
    """CR LF becomes LF in uploads in TYPE I."""
    @wrap(h.dtp_handler, "enable_receiving")
    def enable(self, old, type, cmd):
        old(self, "a", cmd)


@fault("rfc959-4.2-class-honest", "rfc959-5.4-stor", "rfc2640-3.1-utf8-roundtrip")
def stor_lower(h):
    """STOR stores under the name in small letters."""
    @wrap(h, "ftp_STOR")
    def stor(self, old, path, mode="w"):
        folder, name = os.path.split(path)
        return old(self, os.path.join(folder, name.lower()), mode=mode)


@fault("rfc959-4.1.3-appe")
def appe_front(h):
    """APPE writes at the beginning."""
    @wrap(h, "ftp_STOR")
    def stor(self, old, path, mode="w"):
        if mode == "a" and os.path.exists(path):
            mode = "r+"
        return old(self, path, mode=mode)


@fault("rfc959-5.4-rnfr-rnto")
def rnfr_dir(h):
    """A directory can't be renamed."""
    @wrap(h, "ftp_RNFR")
    def rnfr(self, old, path):
        if os.path.isdir(path):
            return self.respond("550 Is a directory.")
        old(self, path)


@fault("rfc959-5.4-rmd")
def rmd_missing(h):
    """RMD of what is not there is answered with 250."""
    @replies(h, "RMD")
    def code(self, r):
        return "250 Directory removed." if "No such file" in r else r


@fault("rfc959-5.4-cwd")
def cwd_file(h):
    """CWD to a file is answered with 250."""
    @replies(h, "CWD")
    def code(self, r):
        return "250 OK." if "Not a directory" in r else r


@fault("rfc3659-4.2-size-errors")
def size_dir(h):
    """SIZE of a directory is 4096."""
    @wrap(h, "ftp_SIZE")
    def size(self, old, path):
        if os.path.isdir(path):
            return self.respond("213 4096")
        old(self, path)


@fault("rfc3659-2.3-mdtm-utc")
def mdtm_day(h):
    """MDTM is a day late."""
    @wrap(h, "ftp_MDTM")
    def mdtm(self, old, path):
        if not os.path.isfile(path):
            return old(self, path)
        self.respond("213 " + time.strftime("%Y%m%d%H%M%S", time.gmtime(os.path.getmtime(path) + 86400)))


@fault("rfc3659-2.3-mdtm-utc")
def mdtm_now(h):
    """MDTM is always the present."""
    @wrap(h, "ftp_MDTM")
    def mdtm(self, old, path):
        if not os.path.isfile(path):
            return old(self, path)
        self.respond("213 " + time.strftime("%Y%m%d%H%M%S", time.gmtime()))


@fault("rfc959-4.1.3-list", "rfc1123-4.1.2.7-nlst-only-names", "rfc1123-4.1.2.7-nlst-usable", "rfc959-4.2-class-honest")
def nlst_misses(h):
    """NLST leaves the last name out."""
    @wrap(h, "push_dtp_data")
    def push(self, old, data, isproducer=False, file=None, cmd=None):
        if cmd == "NLST":
            data = b"".join(x + b"\r\n" for x in data.split(b"\r\n")[:-2])
        old(self, data, isproducer=isproducer, file=file, cmd=cmd)


@fault("rfc3659-7.2-mlsd-lines", "rfc3659-7.2-mlsd-replies", "rfc3659-7.5.1-type-values")
def mlsd_misses(h):
    """MLSD leaves directories out."""
    @entries(h, "format_mlsx")
    def line(self, raw):
        return b"" if self.cmd_channel.verb == "MLSD" and b"type=dir" in raw else raw


@fault("rfc3659-7.2-mlsd-lines", "rfc3659-7.3.1-mlsd-names")
def mlsd_twice(h):
    """MLSD lists everything twice."""
    @entries(h, "format_mlsx")
    def line(self, raw):
        return raw * 2 if self.cmd_channel.verb == "MLSD" else raw


@fault("rfc959-5.4-pass-replies", "rfc959-4.1.1-pass-immediate", "rfc959-5.4-user-replies", "rfc1635-anonymous", "sec-wrong-password", full=True)
def anyone(h):
    """USER logs in without a password, whoever it is."""
    @wrap(h, "ftp_USER")
    def user(self, old, line):
        if self.authenticated or not self.authorizer.user_table:
            return old(self, line)
        name = list(self.authorizer.user_table)[0]
        self.username = name
        self.handle_auth_success(self.authorizer.get_home_dir(name), "", "Welcome.")


@fault("rfc1123-4.1.2.13-port")
def port_off(h):
    """The server connects to the port after the one of PORT."""
    @wrap(h, "ftp_PORT")
    def port(self, old, line):
        *n, last = line.split(",")
        old(self, ",".join(n + [str((int(last) + 1) % 256)]) if last.isdigit() else line)


@fault("rfc959-5.3.2-zero-octets")
def port_zero(h):
    """PORT refuses a 0."""
    @wrap(h, "ftp_PORT")
    def port(self, old, line):
        if "0" in line.split(",")[4:]:
            return self.respond("501 Invalid PORT format.")
        old(self, line)


@fault("rfc4217-9-prot-switch", tls=True)
def prot_once(h):
    """PROT C is accepted, and data stay private."""
    @wrap(h, "ftp_PROT")
    def prot(self, old, line):
        before = self._prot
        old(self, line)
        self._prot = before or self._prot


@fault("rfc4217-4.2-auth-tls", tls=True)
def auth_twice(h):
    """AUTH TLS is refused the first time."""
    @wrap(h, "ftp_AUTH")
    def auth(self, old, line):
        if line == "TLS" and not hasattr(self, "asked"):
            self.asked = True
            return self.respond("431 Not now.")
        old(self, line)


@fault("rfc2640-3.1-single-space", "rfc3659-2.2-trailing-space", "rfc3659-7.2-mlst-format")
def spaces_underscored(h):
    """Spaces in names of files become underscores."""
    @wrap(h.abstracted_fs, "ftp2fs")
    def ftp2fs(self, old, path):
        return old(self, path).replace(" ", "_")


@fault("rfc3659-2.2.2-literal", "rfc2640-3.1-utf8-roundtrip", "sec-path-traversal")
def names_cut(h):
    """Names are cut at the first semicolon."""
    @wrap(h.abstracted_fs, "ftp2fs")
    def ftp2fs(self, old, path):
        return old(self, path.split(";")[0])


@fault("rfc959-5.4-abor-idle")
def abor_idle_ends(h):
    """ABOR with nothing to abort ends the session."""
    @wrap(h, "ftp_ABOR")
    def abor(self, old, line):
        idle = self.data_channel is None and self._dtp_acceptor is None
        old(self, line)
        if idle:
            self.close_when_done()


@fault("prac-abor-pasv-pending")
def abor_pending_426(h):
    """ABOR behind PASV gets no reply."""
    @wrap(h, "ftp_ABOR")
    def abor(self, old, line):
        if self.data_channel is None and self._dtp_acceptor is not None:
            return self._shutdown_connecting_dtp()
        old(self, line)


@fault("rfc959-4.2-reply-syntax")
def reply_space(h):
    """The reply to PWD begins with a space."""
    @replies(h, "PWD")
    def space(self, r):
        return " " + r


@fault("rfc959-4.2-reply-syntax")
def reply_tab(h):
    """A tab stands behind the code of TYPE."""
    @replies(h, "TYPE")
    def tab(self, r):
        return r.replace(" ", "\t", 1)


@fault("rfc959-3.1.1.3-image-empty")
def empty_not_stored(h):
    """An upload of no bytes leaves no file."""
    @wrap(h, "on_file_received")
    def received(self, old, path):
        if os.path.getsize(path) == 0:
            os.remove(path)


@fault("rfc959-3.1.1.3-image-empty")
def empty_451(h):
    """An upload of no bytes is answered with 451."""
    @wrap(h.dtp_handler, "close")
    def close(self, old):
        if self.receive and self.tot_bytes_received == 0 and self._resp:
            self._resp = ("451 Nothing came.", self._resp[1])
        old(self)


@fault("rfc959-5.1-mode-s")
def no_mode_s(h):
    """MODE S is refused."""
    answer(h, "MODE", "504 No.")


@fault("rfc959-5.1-stru-f")
def no_stru_f(h):
    """STRU F is refused."""
    answer(h, "STRU", "504 No.")


@fault("rfc959-5.1-type-a")
def no_type_a(h):
    """TYPE A is refused."""
    @wrap(h, "ftp_TYPE")
    def typ(self, old, line):
        if line.upper().startswith("A"):
            return self.respond("504 Unsupported type.")
        old(self, line)


@fault("rfc1123-4.1.2.6-pasv-fresh", "rfc2428-3-epsv-229", "rfc2428-3-epsv-same-host")
def epsv_once(h):
    """A session gets one passive port; then EPSV is answered with 425."""
    @wrap(h, "ftp_EPSV")
    def epsv(self, old, line):
        if getattr(self, "had", False) and not line:
            return self.respond("425 Can't open a data connection.")
        self.had = True
        old(self, line)


@fault("rfc3659-7.2-entry-grammar", "rfc3659-7.2-mlsd-lines")
def facts_spaced(h):
    """A space stands behind every fact."""
    @entries(h, "format_mlsx")
    def line(self, raw):
        head, name = raw.split(b" ", 1)
        return head.replace(b";", b"; ") + name


@fault("rfc3659-7.5.2-unique")
def unique_by_command(h):
    """The fact unique is another in MLST than in MLSD."""
    @facts(h, "MLST")
    def change(self, d, name):
        if "unique" in d:
            d["unique"] = "9" + d["unique"]


@fault("rfc3659-7.2-mlsd-replies")
def mlsd_200(h):
    """MLSD ends with 200."""
    @replies(h, "MLSD")
    def code(self, r):
        return r.replace("226 ", "200 ")


@fault("rfc959-4.1.3-list")
def list_no_226(h):
    """LIST has no final reply."""
    @replies(h, "LIST")
    def code(self, r):
        return None if r.startswith("226") else r


@fault("rfc959-5.4-one-final-reply")
def second_226_nlst(h):
    """NLST ends with two 226, the second a little later."""
    @wrap(h, "respond")
    def respond(self, old, resp, **kw):
        old(self, resp, **kw)
        if self.verb == "NLST" and resp.startswith("226"):
            self.ioloop.call_later(0.1, lambda: self._closed or old(self, resp))


@fault("rfc959-5.4-one-final-reply")
def second_250_dele(h):
    """DELE gets two replies."""
    @replies(h, "DELE")
    def twice(self, r):
        return r + "\r\n" + r


@fault("rfc959-5.4-rnfr-rnto")
def rnfr_250(h):
    """RNFR is answered with 250."""
    @replies(h, "RNFR")
    def code(self, r):
        return r.replace("350 ", "250 ")


@fault("rfc3659-4-size-image")
def size_grouped(h):
    """SIZE groups the digits by commas."""
    @replies(h, "SIZE")
    def form(self, r):
        return "213 {:,}".format(int(r[4:])) if r.startswith("213 ") else r


@fault("rfc3659-3.1-mdtm-format")
def mdtm_unix(h):
    """MDTM counts seconds."""
    @wrap(h, "ftp_MDTM")
    def mdtm(self, old, path):
        if not os.path.isfile(path):
            return old(self, path)
        self.respond("213 %d" % os.path.getmtime(path))



@fault("rfc959-5.4-rmd", "rfc959-4.2-class-honest")
def rmd_refused_done(h):
    """RMD removes a directory and says that it has not."""
    @replies(h, "RMD")
    def code(self, r):
        return "550 Permission denied." if r.startswith("250") else r


@fault("rfc959-5.4-mkd", "rfc959-4.2-class-honest")
def mkd_refused_done(h):
    """Outside the root, directories are made and MKD says that they are not."""
    @replies(h, "MKD")
    def code(self, r):
        return "550 Permission denied." if r.startswith("257") and r.count("/") > 1 else r


@fault("rfc959-5.4-cdup")
def cdup_root(h):
    """CDUP leads to the root."""
    @wrap(h, "ftp_CDUP")
    def cdup(self, old, path):
        return old(self, self.fs.root)


@fault("rfc959-5.4-stat", "rfc959-5.4-stat-missing", "rfc959-4.1.3-stat-path", "rfc959-4.2-multiline-same-code")
def stat_unended(h):
    """The reply to STAT has no last line."""
    @replies(h, "STAT")
    def end(self, r):
        return " End of status." if r.startswith("211") else r


@fault("rfc959-5.4-530-gate")
def gate_retr(h):
    """MLST answers before the login."""
    h.proto_cmds["SIZE"]["auth"] = False

    @wrap(h, "ftp_SIZE")
    def size(self, old, path):
        if self.fs is None:
            return self.respond("213 17")
        old(self, path)


@fault("rfc959-4.1.1-user-flushes")
def user_flush_fs(h):
    """After a second USER the files of the first can still be read."""
    @wrap(h, "ftp_USER")
    def user(self, old, line):
        before = self.authenticated
        old(self, line)
        self.authenticated = before
