"""Faults: getting out of the root."""
import os

from .plant import fault, wrap


def outside(h, *verbs):
    """Lets some verbs out of the root."""
    @wrap(h, "pre_process_command")
    def pre(self, old, line, cmd, arg):
        if self.fs is not None:
            self.fs.free = cmd in verbs
        old(self, line, cmd, arg)

    @wrap(h.abstracted_fs, "ftp2fs")
    def ftp2fs(self, old, path):
        if getattr(self, "free", False) and not path.startswith("/"):
            return os.path.normpath(self.root + "/" + self.cwd + "/" + path)
        return old(self, path)

    @wrap(h.abstracted_fs, "validpath")
    def valid(self, old, path):
        return getattr(self, "free", False) or old(self, path)


@fault("sec-path-traversal")
def leak_retr(h):
    """RETR follows .. out of the root."""
    outside(h, "RETR", "SIZE")


@fault("sec-path-traversal")
def leak_nlst(h):
    """NLST follows .. out of the root."""
    outside(h, "NLST")


@fault("sec-path-traversal")
def leak_stor(h):
    """STOR follows .. out of the root."""
    outside(h, "STOR")


@fault("sec-path-traversal")
def leak_list(h):
    """LIST and MLSD follow .. out of the root."""
    outside(h, "LIST", "MLSD")


@fault("sec-path-traversal")
def leak_rnto(h):
    """RNTO follows .. out of the root."""
    outside(h, "RNTO")
