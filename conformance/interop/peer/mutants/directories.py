"""Faults: directories, deletion and renaming."""
import os
import shutil

from .plant import answer, fault, replies, wrap


@fault("rfc959-5.4-pwd")
def pwd_unquoted(h):
    """PWD names the directory without quotes."""
    @replies(h, "PWD", "XPWD")
    def bare(self, r):
        return r.replace('"', "")


@fault("rfc959-5.4-pwd")
def pwd_250(h):
    """PWD is answered with 250."""
    @replies(h, "PWD", "XPWD")
    def code(self, r):
        return r.replace("257 ", "250 ")


@fault("rfc959-appII-quote-doubling")
def quote_single(h):
    """Quotes in names are not doubled."""
    @replies(h, "PWD", "MKD", "XPWD", "XMKD")
    def single(self, r):
        return r.replace('""', '"')


@fault("rfc959-appII-mkd-absolute")
def mkd_relative(h):
    """MKD names the directory relatively."""
    @wrap(h, "ftp_MKD")
    def mkd(self, old, path):
        self.made = os.path.basename(path)
        return old(self, path)

    @replies(h, "MKD", "XMKD")
    def relative(self, r):
        return '257 "%s" created.' % self.made.replace('"', '""') if r.startswith("257") else r


@fault("rfc959-5.4-mkd")
def mkd_250(h):
    """MKD is answered with 250."""
    @replies(h, "MKD")
    def code(self, r):
        return r.replace("257 ", "250 ")


@fault("rfc959-5.4-mkd", "rfc959-4.2-class-honest")
def mkd_existing(h):
    """MKD of what exists is answered with 257."""
    @wrap(h, "ftp_MKD")
    def mkd(self, old, path):
        if os.path.isdir(path):
            return self.respond('257 "%s" created.' % self.fs.fs2ftp(path).replace('"', '""'))
        return old(self, path)


@fault("rfc959-5.4-mkd", "rfc959-4.2-class-honest")
def mkd_undone(h):
    """MKD says that it has made a directory, and has not."""
    @wrap(h, "ftp_MKD")
    def mkd(self, old, path):
        self.respond('257 "%s" created.' % self.fs.fs2ftp(path).replace('"', '""'))


@fault("rfc959-5.4-rmd")
def rmd_tree(h):
    """RMD removes directories with all that is in them."""
    h.abstracted_fs.rmdir = lambda self, path: shutil.rmtree(path)


@fault("rfc959-5.4-rmd", "rfc959-4.2-class-honest")
def rmd_undone(h):
    """RMD says that it has removed a directory, and has not."""
    answer(h, "RMD", "250 Directory removed.")


@fault("rfc959-5.4-rmd")
def rmd_file(h):
    """RMD removes files too."""
    h.abstracted_fs.rmdir = lambda self, path: os.remove(path) if os.path.isfile(path) else os.rmdir(path)


@fault("rfc959-5.4-dele", "rfc959-4.2-class-honest")
def dele_undone(h):
    """DELE says that it has removed a file, and has not."""
    h.abstracted_fs.remove = lambda self, path: os.stat(path)


@fault("rfc959-5.4-dele", "rfc959-4.2-class-honest")
def dele_refused_done(h):
    """DELE removes a file and says that it has not."""
    @replies(h, "DELE")
    def code(self, r):
        return "550 Permission denied." if r.startswith("250") else r


@fault("rfc959-5.4-dele")
def dele_missing(h):
    """DELE of what is not there is answered with 250."""
    @replies(h, "DELE")
    def code(self, r):
        return "250 File removed." if "No such file" in r else r


@fault("rfc959-5.4-rnfr-rnto", "rfc959-4.2-class-honest")
def rnto_undone(h):
    """RNTO says that it has renamed, and has not."""
    h.abstracted_fs.rename = lambda self, src, dst: None


@fault("rfc959-5.4-rnfr-rnto", "rfc959-4.2-class-honest")
def rnto_refused_done(h):
    """RNTO renames and says that it has not."""
    @replies(h, "RNTO")
    def code(self, r):
        return "550 Permission denied." if r.startswith("250") else r


@fault("rfc959-5.4-rnfr-rnto")
def rnto_copies(h):
    """RNTO copies files."""
    h.abstracted_fs.rename = lambda self, src, dst: shutil.copy2(src, dst) if os.path.isfile(src) else os.rename(src, dst)


@fault("rfc959-5.4-rnfr-rnto")
def rnto_200(h):
    """RNTO is answered with 200."""
    @replies(h, "RNTO")
    def code(self, r):
        return r.replace("250 ", "200 ")


@fault("rfc959-5.4-rnfr-missing")
def rnfr_missing(h):
    """RNFR of what is not there is answered with 350."""
    @wrap(h, "ftp_RNFR")
    def rnfr(self, old, path):
        self._rnfr = path
        self.respond("350 Ready.")


@fault("rfc959-5.4-rnto-first")
def rnto_first(h):
    """RNTO without RNFR is answered with 250."""
    @replies(h, "RNTO")
    def code(self, r):
        return "250 Done." if r.startswith("503") else r


@fault("rfc959-6-rename-restart")
def rename_restart(h):
    """A failed RNTO leaves the name of RNFR in force."""
    @wrap(h, "ftp_RNTO")
    def rnto(self, old, path):
        src = self._rnfr
        done = old(self, path)
        if not done:
            self._rnfr = src
        return done


@fault("rfc959-5.4-cwd")
def cwd_missing(h):
    """CWD to what is not there is answered with 250."""
    @replies(h, "CWD")
    def code(self, r):
        return "250 OK." if r.startswith("550") else r


@fault("rfc959-5.4-cwd")
def cwd_failing_moves(h):
    """A CWD that fails leads to the root."""
    @wrap(h, "ftp_CWD")
    def cwd(self, old, path):
        done = old(self, path)
        if not done:
            self.fs.cwd = "/"
        return done


@fault("rfc959-5.4-cwd")
def cwd_200(h):
    """CWD is answered with 200."""
    @replies(h, "CWD")
    def code(self, r):
        return r.replace("250 ", "200 ")


@fault("rfc959-5.4-cdup")
def cdup_stays(h):
    """CDUP says 250 and stays."""
    answer(h, "CDUP", "250 OK.")


@fault("rfc1123-4.1.3.1-x-verbs")
def no_x_verbs(h):
    """XMKD is unknown."""
    del h.proto_cmds["XMKD"]


@fault("rfc1123-4.1.3.1-x-verbs")
def xpwd_root(h):
    """XPWD always names the root."""
    answer(h, "XPWD", '257 "/" is the current directory.')
