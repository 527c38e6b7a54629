"""Faults: ABOR."""
from .plant import fault, replies, wrap


@fault("rfc959-4.1.3-abor-retr")
def abor_silent(h):
    """ABOR in a transfer gets no reply."""
    @wrap(h, "ftp_ABOR")
    def abor(self, old, line):
        if self.data_channel is None:
            old(self, line)


@fault("rfc959-4.1.3-abor-retr", "rfc959-4.1.3-abor-order")
def abor_order(h):
    """ABOR is answered with 226, then 426."""
    @replies(h, "ABOR")
    def code(self, r):
        if r.startswith("426"):
            return "226 Aborted."
        return "426 Transfer aborted." if r.startswith("226") else r


@fault("rfc959-4.1.3-abor-retr")
def abor_one(h):
    """ABOR in a transfer has one reply, 426."""
    @replies(h, "ABOR")
    def code(self, r):
        return None if r.startswith("226") else r


@fault("rfc959-4.1.3-abor-closes-data", "rfc959-4.1.3-abor-retr")
def abor_ends_session(h):
    """ABOR in a transfer ends the session."""
    @wrap(h, "ftp_ABOR")
    def abor(self, old, line):
        busy = self.data_channel is not None
        old(self, line)
        if busy:
            self.close_when_done()


@fault("rfc959-4.1.3-abor-closes-data", "rfc959-4.1.3-abor-retr")
def abor_goes_on(h):
    """ABOR is answered, and the transfer goes on to its end."""
    @wrap(h, "ftp_ABOR")
    def abor(self, old, line):
        if self.data_channel is None:
            return old(self, line)
        self.respond("426 Transfer aborted.")
        self.respond("226 ABOR command successful.")
        self.data_channel.close_silently = True

    @wrap(h.dtp_handler, "close")
    def close(self, old):
        if getattr(self, "close_silently", False):
            self._resp = ()
        old(self)


@fault("rfc959-5.4-abor-idle")
def abor_idle_502(h):
    """ABOR with nothing to abort is answered with 502."""
    @replies(h, "ABOR")
    def code(self, r):
        return "502 Nothing to abort." if r.startswith("225 No transfer") else r


@fault("rfc959-5.4-abor-idle")
def abor_idle_twice(h):
    """ABOR with nothing to abort is answered twice."""
    @replies(h, "ABOR")
    def code(self, r):
        return "225 No transfer.\r\n226 Done." if r.startswith("225 No transfer") else r


@fault("prac-abor-pasv-pending")
def abor_keeps_port(h):
    """ABOR leaves a passive port open."""
    @wrap(h, "ftp_ABOR")
    def abor(self, old, line):
        if self.data_channel is not None:
            return old(self, line)
        self.respond("225 Nothing to abort.")
