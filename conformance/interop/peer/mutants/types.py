"""Faults: TYPE and the bytes of files."""
import os

from pyftpdlib import handlers

from .plant import answer, contents, fault, replies, wrap


@fault("rfc959-3.1.1.1-ascii-retr")
def ascii_down(h):
    """Downloads in TYPE A are sent as they are."""
    class Producer(handlers.FileProducer):
        def __init__(self, file, type):
            super().__init__(file, "i")
    handlers.FileProducer = Producer


@fault("rfc959-3.1.2-ascii-roundtrip", "rfc959-3.1.1.1-ascii-split-crlf")
def ascii_up(h):
    """Uploads in TYPE A are stored as they are."""
    @wrap(h.dtp_handler, "enable_receiving")
    def enable(self, old, type, cmd):
        old(self, "i", cmd)


@fault("rfc959-3.1.1.1-ascii-split-crlf")
def ascii_split(h):
    """CR LF in two segments is stored as CR LF."""
    h.dtp_handler._posix_ascii_data_wrapper = lambda self, chunk: chunk.replace(b"\r\n", b"\n")


@fault("rfc959-3.1.1.3-image-roundtrip")
def seven_bits(h):
    """Downloads lose the high bit."""
    @contents(h)
    def data(self, offset, b):
        return bytes(b).translate(bytes(x & 127 for x in range(256)))


@fault("rfc959-3.1.1.3-image-roundtrip", "rfc959-5.4-retr")
def wrong_byte(h):
    """The byte at 20 MiB comes wrong."""
    at = 20 << 20

    @contents(h)
    def data(self, offset, b):
        if offset <= at < offset + len(b):
            b = bytearray(b)
            b[at - offset] ^= 1
        return bytes(b)


@fault("rfc959-3.1.1.3-image-roundtrip", "rfc959-5.4-retr")
def short_big(h):
    """Of files of more than 8 MiB the last byte does not come."""
    @contents(h)
    def data(self, offset, b):
        if len(b) and offset > 8 << 20 and offset + len(b) == os.fstat(self.file.fileno()).st_size:
            return bytes(b)[:-1]
        return b


@fault("rfc959-3.1.1.3-image-roundtrip", "rfc959-5.4-stor")
def stored_short(h):
    """Uploads of more than 16 MiB are cut there."""
    @wrap(h.dtp_handler, "handle_read")
    def read(self, old):
        old(self)
        f = self.file_obj
        if f is not None and not f.closed and f.tell() > 16 << 20:
            f.truncate(16 << 20)
            f.seek(16 << 20)
    h.dtp_handler.handle_read_event = lambda self: super(h.dtp_handler, self).handle_read_event()
    if "SSL" not in repr(h.dtp_handler.__mro__):
        h.dtp_handler.handle_read_event = h.dtp_handler.handle_read


@fault("rfc959-3.1.1.3-image-empty")
def empty_refused(h):
    """A file of no bytes can't be retrieved."""
    @wrap(h, "ftp_RETR")
    def retr(self, old, path):
        if os.path.isfile(path) and os.path.getsize(path) == 0:
            return self.respond("550 Empty.")
        return old(self, path)


@fault("rfc1123-4.1.2.1-type-l8")
def no_type_l8(h):
    """TYPE L 8 is refused."""
    @wrap(h, "ftp_TYPE")
    def typ(self, old, line):
        if line.upper().startswith("L"):
            return self.respond("504 Unsupported type.")
        old(self, line)


@fault("rfc959-4.1.2-type-default")
def default_image(h):
    """A session begins in TYPE I."""
    @wrap(h, "on_login")
    def login(self, old, name):
        self._current_type = "i"


@fault("rfc959-4.1.2-type-persists")
def type_once(h):
    """TYPE counts for one transfer."""
    @wrap(h, "_on_dtp_close")
    def close(self, old):
        self._current_type = "a"
        old(self)


@fault("rfc959-5.4-type-bad")
def type_bad(h):
    """Any type is accepted."""
    @replies(h, "TYPE")
    def code(self, r):
        return "200 OK." if r.startswith("504") else r


@fault("rfc959-5.4-stru-bad")
def stru_bad(h):
    """Any structure is accepted."""
    answer(h, "STRU", "200 OK.")


@fault("rfc959-5.4-mode-bad")
def mode_bad(h):
    """Any mode is accepted."""
    answer(h, "MODE", "200 OK.")


@fault("rfc959-3.4-refused-param-keeps-old")
def refused_type_resets(h):
    """A refused TYPE leads back to ASCII."""
    @wrap(h, "ftp_TYPE")
    def typ(self, old, line):
        self._current_type = "a"
        old(self, line)
