"""Faults: SIZE, MDTM and REST."""
import os
import time

from .plant import fault, replies, wrap


@fault("rfc3659-4-size-image")
def size_off(h):
    """SIZE is one too many."""
    @wrap(h, "ftp_SIZE")
    def size(self, old, path):
        if os.path.isfile(path) and self._current_type == "i":
            return self.respond("213 %d" % (os.path.getsize(path) + 1))
        old(self, path)


@fault("rfc3659-4-size-image")
def size_text(h):
    """SIZE says bytes behind the number."""
    @replies(h, "SIZE")
    def text(self, r):
        return r + " bytes" if r.startswith("213") else r


@fault("rfc3659-4-size-ascii")
def size_ascii(h):
    """SIZE in TYPE A is that on the disk."""
    @wrap(h, "ftp_SIZE")
    def size(self, old, path):
        typ, self._current_type = self._current_type, "i"
        old(self, path)
        self._current_type = typ


@fault("rfc3659-4.2-size-errors")
def size_missing(h):
    """SIZE of what is not there is 0."""
    @replies(h, "SIZE")
    def code(self, r):
        return "213 0" if "is not retrievable" in r else r


@fault("rfc3659-2.3-mdtm-utc")
def mdtm_local(h):
    """MDTM is in local time, two hours east."""
    @wrap(h, "ftp_MDTM")
    def mdtm(self, old, path):
        if not os.path.isfile(path):
            return old(self, path)
        self.respond("213 " + time.strftime("%Y%m%d%H%M%S", time.gmtime(os.path.getmtime(path) + 7200)))


@fault("rfc3659-3.1-mdtm-format")
def mdtm_format(h):
    """MDTM writes the time with hyphens."""
    @replies(h, "MDTM")
    def form(self, r):
        return "%s-%s-%s" % (r[:8], r[8:10], r[10:]) if r.startswith("213") else r


@fault("rfc3659-3.2-mdtm-missing")
def mdtm_missing(h):
    """MDTM of what is not there is a time."""
    @replies(h, "MDTM")
    def code(self, r):
        return "213 19700101000000" if "is not retrievable" in r else r


@fault("rfc3659-3.4-mdtm-literal")
def mdtm_sets(h):
    """MDTM with a time sets it."""
    @wrap(h, "ftp_MDTM")
    def mdtm(self, old, path):
        folder, name = os.path.split(path)
        when, _, name = name.partition(" ")
        if name and when.isdigit() and os.path.isfile(os.path.join(folder, name)):
            os.utime(os.path.join(folder, name), (1e9, 1e9))
            return self.respond("213 " + when)
        return old(self, path)


@fault("rfc3659-5.3-rest-retr")
def rest_ignored(h):
    """REST is accepted and ignored."""
    @wrap(h, "ftp_REST")
    def rest(self, old, line):
        old(self, line)
        self._restart_position = 0


@fault("rfc3659-5.3-rest-retr")
def rest_off(h):
    """A restart is one byte too far."""
    @wrap(h, "ftp_RETR")
    def retr(self, old, path):
        if self._restart_position and self._restart_position < os.path.getsize(path):
            self._restart_position += 1
        return old(self, path)


@fault("rfc3659-5.3-rest-once")
def rest_sticks(h):
    """REST counts for all later downloads."""
    @wrap(h, "ftp_RETR")
    def retr(self, old, path):
        at = self._restart_position
        done = old(self, path)
        self._restart_position = at
        return done


@fault("rfc3659-5.3-rest-350")
def rest_200(h):
    """REST is answered with 200."""
    @replies(h, "REST")
    def code(self, r):
        return r.replace("350 ", "200 ")


@fault("rfc3659-5.3-rest-350")
def rest_letters(h):
    """REST takes letters."""
    @replies(h, "REST")
    def code(self, r):
        return "350 OK." if "Invalid parameter" in r else r


@fault("rfc3659-5.3-rest-stor")
def rest_stor(h):
    """STOR after REST writes from the beginning."""
    @wrap(h, "ftp_STOR")
    def stor(self, old, path, mode="w"):
        self._restart_position = 0
        return old(self, path, mode=mode)


@fault("rfc3659-5.3-rest-eof")
def rest_beyond(h):
    """A restart beyond the end gives nothing, and 226."""
    @wrap(h, "ftp_RETR")
    def retr(self, old, path):
        if os.path.isfile(path):
            self._restart_position = min(self._restart_position, os.path.getsize(path))
        return old(self, path)
