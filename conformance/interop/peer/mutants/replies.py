"""Faults: the form of replies, and commands that do nothing."""
import os

from .plant import answer, fault, pushes, replies, wrap


@fault("rfc959-5.4-noop")
def noop_502(h):
    """NOOP is not implemented."""
    answer(h, "NOOP", "502 Not implemented.")


@fault("rfc959-5.4-noop")
def noop_resets_type(h):
    """NOOP sets the type back to ASCII."""
    @wrap(h, "ftp_NOOP")
    def noop(self, old, line):
        self._current_type = "a"
        old(self, line)


@fault("rfc959-5.4-greeting")
def greeting_230(h):
    """The greeting is 230."""
    @replies(h, "")
    def greet(self, r):
        return r.replace("220 ", "230 ")


@fault("rfc959-5.4-greeting-once")
def greeting_twice(h):
    """Two greetings."""
    @replies(h, "")
    def greet(self, r):
        return r + "\r\n" + r


@fault("rfc959-4.2-multiline-same-code", "rfc959-5.4-greeting")
def greeting_other_end(h):
    """A greeting of two lines whose last line has another code."""
    @replies(h, "")
    def greet(self, r):
        return "220-Welcome\r\n221 Ready"


@fault("rfc959-5.4-one-final-reply", "rfc959-5.4-cwd")
def second_250(h):
    """CWD gets two replies."""
    @replies(h, "CWD")
    def twice(self, r):
        return r + "\r\n" + r


@fault("rfc959-5.4-one-final-reply", "rfc959-5.4-pass-replies")
def second_230(h):
    """PASS gets two 230."""
    @replies(h, "PASS")
    def twice(self, r):
        return r + "\r\n230 Welcome." if r.startswith("230") else r


@fault("rfc959-5.4-one-final-reply", "rfc959-5.4-retr")
def second_226(h):
    """RETR ends with two 226."""
    @replies(h, "RETR")
    def twice(self, r):
        return r + "\r\n226 Closing data connection." if r.startswith("226") else r


@fault("rfc959-5.4-one-final-reply", "rfc959-5.4-stor")
def second_226_stor(h):
    """STOR ends with 226 and 250."""
    @replies(h, "STOR")
    def twice(self, r):
        return r + "\r\n250 Stored." if r.startswith("226") else r


@fault("rfc959-5.4-one-final-reply", "rfc959-5.4-pwd")
def second_257(h):
    """PWD gets two replies."""
    @replies(h, "PWD")
    def twice(self, r):
        return r + "\r\n200 That was it."


@fault("rfc959-5.4-one-final-reply", "rfc959-5.4-mkd")
def second_257_mkd(h):
    """A directory made gets two replies."""
    @replies(h, "MKD")
    def twice(self, r):
        return r + "\r\n250 Done." if r.startswith("257") else r


@fault("rfc959-4.2-multiline-same-code", "rfc2389-3.2-feat-format")
def feat_other_end(h):
    """FEAT begins with 211 and ends with 215."""
    @replies(h, "FEAT")
    def end(self, r):
        return "215 End"


@fault("rfc959-4.2-multiline-same-code", "rfc2389-3.2-feat-format")
def feat_never_closes(h):
    """FEAT never ends."""
    @replies(h, "FEAT")
    def end(self, r):
        return " and so on"


@fault("rfc959-4.2-multiline-same-code", "rfc959-5.4-help")
def help_never_closes(h):
    """HELP ends with 214 and a hyphen."""
    @replies(h, "HELP")
    def end(self, r):
        return "214-" + r[4:]


@fault("rfc959-4.2-multiline-inner-pad")
def stat_unpadded(h):
    """STAT of a path lists bare names, unpadded."""
    @wrap(h, "ftp_STAT")
    def stat(self, old, path):
        if not path or not os.path.isdir(path):
            return old(self, path)
        self.push("213-Status:\r\n")
        for name in sorted(os.listdir(path)):
            self.push(name + "\r\n")
        self.respond("213 End of status.")


@fault("rfc959-4.2-reply-crlf")
def pwd_bare_lf(h):
    """The reply to PWD ends in LF alone."""
    @pushes(h, "PWD", "XPWD")
    def lf(self, s):
        return s.replace("\r\n", "\n")


@fault("rfc959-4.2-reply-crlf")
def replies_bare_lf(h):
    """All replies end in LF alone."""
    @pushes(h)
    def lf(self, s):
        return s.replace("\r\n", "\n")


@fault("rfc959-4.2-reply-crlf", "rfc2389-3.2-feat-format")
def feat_bare_lf(h):
    """The lines of FEAT end in LF alone."""
    @pushes(h, "FEAT")
    def lf(self, s):
        return s.replace("\r\n", "\n") if s.startswith(" ") else s


@fault("rfc959-4.2-reply-crlf")
def reply_bare_cr(h):
    """A CR stands inside the reply to SYST."""
    @replies(h, "SYST")
    def cr(self, r):
        return r + "\r (here)"


@fault("rfc959-4.2-reply-crlf", "rfc959-4.2-reply-syntax")
def reply_nul(h):
    """A NUL stands at the end of the reply to TYPE."""
    @replies(h, "TYPE")
    def nul(self, r):
        return r + "\0"


@fault("rfc959-4.2-reply-syntax")
def reply_no_code(h):
    """The reply to TYPE has a line without a code in front."""
    @replies(h, "TYPE")
    def bare(self, r):
        return "Setting the type\r\n" + r


@fault("rfc959-4.2-reply-syntax")
def reply_no_space(h):
    """The reply to NOOP has no space after the code."""
    @replies(h, "NOOP")
    def bare(self, r):
        return "200OK"


@fault("rfc959-4.2-second-digit")
def reply_group_7(h):
    """SITE is answered with 571."""
    @replies(h, "SITE", "SITE FROB")
    def code(self, r):
        return "571" + r[3:]

    @wrap(h, "pre_process_command")
    def pre(self, old, line, cmd, arg):
        if cmd == "SITE":
            self.verb = cmd
            return self.respond("571 No such thing.")
        old(self, line, cmd, arg)


@fault("rfc1123-4.1.2.11-defined-codes", "rfc959-5.4-dele")
def reply_undefined(h):
    """DELE is answered with 259."""
    @replies(h, "DELE")
    def code(self, r):
        return r.replace("250 ", "259 ")


@fault("rfc959-4.2-no-nested-multiline")
def reply_nested(h):
    """Inside the reply to HELP another one begins."""
    @pushes(h, "HELP")
    def nest(self, s):
        return s.replace("recognized:\r\n", "recognized:\r\n200-Basic\r\n200 Basic\r\n")


@fault("rfc959-4.2-one-preliminary")
def two_preliminary(h):
    """A download gets 150 and 125."""
    @replies(h, "RETR")
    def twice(self, r):
        return r + "\r\n125 Starting." if r[0] == "1" else r


@fault("rfc959-4.2-unknown-verb")
def unknown_silent(h):
    """An unknown verb gets no reply."""
    @wrap(h, "pre_process_command")
    def pre(self, old, line, cmd, arg):
        if cmd in self.proto_cmds or cmd == "SITE" or cmd[-4:] in ("ABOR", "STAT", "QUIT"):
            old(self, line, cmd, arg)


@fault("rfc959-4.2-unknown-verb")
def unknown_closes(h):
    """An unknown verb ends the session."""
    @wrap(h, "pre_process_command")
    def pre(self, old, line, cmd, arg):
        if cmd in self.proto_cmds or cmd == "SITE" or cmd[-4:] in ("ABOR", "STAT", "QUIT"):
            return old(self, line, cmd, arg)
        self.close_when_done()


@fault("rfc959-4.2-unknown-verb")
def unknown_200(h):
    """An unknown verb is answered with 200."""
    @replies(h)
    def ok(self, r):
        return "200 Fine." if r.startswith('500 Command "') else r


@fault("rfc959-4.2-unknown-verb")
def unknown_550(h):
    """An unknown verb is answered with 550."""
    @replies(h)
    def ok(self, r):
        return "550" + r[3:] if r.startswith('500 Command "') else r


@fault("rfc959-5.3-verb-case")
def verb_case(h):
    """Verbs in small letters are unknown."""
    @wrap(h, "pre_process_command")
    def pre(self, old, line, cmd, arg):
        if line[:1].islower():
            return self.respond("500 What?")
        old(self, line, cmd, arg)


@fault("rfc959-5.3-param-case")
def param_case(h):
    """TYPE knows capitals only."""
    @wrap(h, "ftp_TYPE")
    def typ(self, old, line):
        if line.islower():
            return self.respond("504 Unsupported type.")
        old(self, line)


@fault("rfc1123-4.1.2.10-joined-commands")
def joined_dropped(h):
    """Of several commands in one segment only the first is heard."""
    @wrap(h, "found_terminator")
    def found(self, old):
        self.ac_in_buffer = b""
        old(self)


@fault("rfc1123-4.1.2.10-split-command")
def split_refused(h):
    """A command in more than two pieces is refused."""
    @wrap(h, "found_terminator")
    def found(self, old):
        pieces, self._in_buffer_len = len(self._in_buffer), 0
        if pieces > 2:
            self._in_buffer = []
            return self.respond("500 Too slow.")
        old(self)


@fault("rfc3659-2.2-trailing-space")
def trailing_space(h):
    """Spaces at the end of a command are cut off."""
    @wrap(h, "pre_process_command")
    def pre(self, old, line, cmd, arg):
        old(self, line.rstrip(" "), cmd, arg.rstrip(" "))


@fault("rfc2640-3.1-single-space")
def leading_space(h):
    """Spaces in front of a name are cut off."""
    @wrap(h, "pre_process_command")
    def pre(self, old, line, cmd, arg):
        old(self, line, cmd, arg.lstrip(" "))
