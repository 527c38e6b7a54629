"""Faults: STAT, HELP, SITE and their kind."""
import os

from .plant import answer, fault, wrap


@fault("rfc1123-4.1.3.3-stat-during-transfer")
def stat_aborts(h):
    """STAT ends the transfer that is running."""
    @wrap(h, "ftp_STAT")
    def stat(self, old, path):
        if self.data_channel is not None:
            self.data_channel.close()
            self.data_channel = None
        old(self, path)


@fault("rfc959-5.4-stat")
def stat_form(h):
    """STAT is answered with 200."""
    @wrap(h, "ftp_STAT")
    def stat(self, old, path):
        if path:
            return old(self, path)
        self.respond("200 All is well.")


@fault("rfc959-4.1.3-stat-path")
def stat_path_empty(h):
    """STAT of a directory lists nothing."""
    @wrap(h, "ftp_STAT")
    def stat(self, old, path):
        if not path or not os.path.exists(path):
            return old(self, path)
        self.respond("213 End of status.")


@fault("rfc959-5.4-stat-missing")
def stat_missing(h):
    """STAT of what is not there shows a line for it."""
    @wrap(h, "ftp_STAT")
    def stat(self, old, path):
        if not path or os.path.exists(path):
            return old(self, path)
        self.push("213-Status:\r\n -rw-r--r--   1 owner    group           0 Jan 01 00:00 %s\r\n" % os.path.basename(path))
        self.respond("213 End of status.")


@fault("rfc959-5.4-help")
def help_502(h):
    """HELP is not implemented."""
    answer(h, "HELP", "502 Not implemented.")


@fault("rfc959-5.4-syst")
def syst_odd(h):
    """SYST names a system that nobody has registered."""
    answer(h, "SYST", "215 Frobnix 9")


@fault("rfc959-5.4-syst")
def syst_200(h):
    """SYST is answered with 200."""
    answer(h, "SYST", "200 UNIX Type: L8")


@fault("rfc959-5.4-allo")
def allo_550(h):
    """ALLO is refused."""
    answer(h, "ALLO", "550 No.")


@fault("rfc959-5.4-site")
def site_200(h):
    """An unknown SITE command is answered with 200."""
    @wrap(h, "pre_process_command")
    def pre(self, old, line, cmd, arg):
        if cmd == "SITE" and "SITE " + arg.split(" ")[0].upper() not in self.proto_cmds:
            return self.respond("200 Done.")
        old(self, line, cmd, arg)


@fault("rfc959-4.2-421-closes")
def stays_after_421(h):
    """An unknown SITE command is answered with 421, and the session goes on."""
    @wrap(h, "pre_process_command")
    def pre(self, old, line, cmd, arg):
        if cmd == "SITE" and "SITE " + arg.split(" ")[0].upper() not in self.proto_cmds:
            return self.respond("421 Service not available.")
        old(self, line, cmd, arg)


@fault("rfc1123-4.1.2.11-no-spontaneous", full=True)
def spontaneous(h):
    """Three seconds after the login a reply comes that nobody asked for."""
    @wrap(h, "on_login")
    def login(self, old, name):
        self.ioloop.call_later(3, lambda: self._closed or self.respond("200 Still there?"))
