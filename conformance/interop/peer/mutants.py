"""pyftpdlib, wrong in one way: apply(handler, name) plants a fault in a handler class.

Each fault names the checks of which one at least must be red because of it, the
likeliest first. tls: it shows under TLS only. full: it is looked for on demand only.
"""
import os
import shutil
import socket
import time

from pyftpdlib import handlers

FAULTS = {}


def fault(*owners, tls=False, full=False):
    def register(f):
        FAULTS[f.__name__] = f
        return f
    return register


def apply(h, name):
    prepare(h)
    if name != "none":
        FAULTS[name](h)


def wrap(cls, name):
    """Replaces a method by a function that gets the old one as its second argument."""
    def decorate(f):
        old = getattr(cls, name)
        setattr(cls, name, lambda self, *args, **kw: f(self, old, *args, **kw))
        return f
    return decorate


def replies(h, *verbs):
    """Lets a function rewrite the last lines of replies to some verbs, or to all. It
    returns the lines, in one string, or None to say nothing."""
    def decorate(f):
        @wrap(h, "respond")
        def respond(self, old, resp, **kw):
            if not verbs or self.verb in verbs:
                resp = f(self, resp)
            if resp is not None:
                old(self, resp, **kw)
        return f
    return decorate


def pushes(h, *verbs):
    """Lets a function rewrite all that goes out in answer to some verbs."""
    def decorate(f):
        @wrap(h, "push")
        def push(self, old, s):
            if not verbs or self.verb in verbs:
                s = f(self, s)
            old(self, s)
        return f
    return decorate


def answer(h, verb, reply):
    """Answers a verb with a fixed reply."""
    setattr(h, "ftp_" + verb, lambda self, *args, **kw: self.respond(reply))


def entries(h, method):
    """Lets a function rewrite the lines of a listing: format_list or format_mlsx."""
    def decorate(f):
        @wrap(h.abstracted_fs, method)
        def lines(self, old, *args, **kw):
            for line in old(self, *args, **kw):
                line = f(self, line)
                if line:
                    yield line
        return f
    return decorate


def facts(h, *verbs):
    """Lets a function change the facts of an entry, a dict, before it goes out."""
    def decorate(f):
        @entries(h, "format_mlsx")
        def line(self, raw):
            if verbs and self.cmd_channel.verb not in verbs:
                return raw
            head, name = raw.split(b" ", 1)
            d = dict(x.split("=", 1) for x in head.decode().split(";") if x)
            f(self, d, name.strip().decode(errors="surrogateescape"))
            return "".join(f"{k}={v};" for k, v in d.items()).encode() + b" " + name
        return f
    return decorate


def contents(h):
    """Lets a function change what is sent of a file: (producer, offset, data)."""
    h.use_sendfile = False
    def decorate(f):
        class Producer(handlers.FileProducer):
            def more(self):
                offset = self.file.tell()
                return f(self, offset, super().more())
        handlers.FileProducer = Producer
        return f
    return decorate


def prepare(h):
    """Makes what belongs to the class its own, and mends what is wrong from the start
    and would hide a fault."""
    h.verb = ""
    h.auth_failed_timeout = 0.2
    h.proto_cmds = {verb: dict(c) for verb, c in h.proto_cmds.items()}
    for name in ("abstracted_fs", "dtp_handler", "passive_dtp", "active_dtp"):
        setattr(h, name, type(name, (getattr(h, name),), {}))

    @wrap(h, "pre_process_command")
    def note(self, old, line, cmd, arg):
        self.verb = cmd
        old(self, line, cmd, arg)

    @wrap(h, "ftp_REIN")
    def rein(self, old, line):
        self.flush_account()
        self.respond("220 Ready for new user.")

    @replies(h, "EPRT", "EPSV")
    def protocol(self, r):
        return r.replace("501 Unknown network protocol (use 1)", "522 Network protocol not supported (1)").replace("(use 1).", "(1)").replace("(1).", "(1)")

    @wrap(h, "ftp_TYPE")
    def type_n(self, old, line):
        old(self, "A" if line.upper() in ("A N", "A T") else line)

    @wrap(h.abstracted_fs, "format_mlsx")
    def mlsx(self, old, basedir, listing, perms, names, **kw):
        for line in old(self, basedir, listing, perms.replace("M", "").replace("T", ""), names, **kw):
            head, name = line.split(b" ", 1)
            if b"type=dir" in head:
                head = b"".join(x + b";" for x in head.split(b";") if x and not x.startswith(b"size="))
            yield head + b" " + name

    if hasattr(h, "ftp_AUTH"):
        @wrap(h, "ftp_AUTH")
        def auth(self, old, line):
            self.ac_in_buffer = b""
            old(self, line)

        @replies(h, "AUTH", "PROT")
        def codes(self, r):
            return r.replace("521 PROT", "536 PROT").replace("502 Unrec", "504 Unrec")


# Replies.

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


@fault("rfc959-4.2-multiline-same-code")
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


# Login.

@fault("rfc959-5.4-pass-replies", "rfc2577-5-attempt-limit", full=True)
def any_password(h):
    """Any password will do."""
    h.authorizer.validate_authentication = lambda *args: None


@fault("rfc959-5.4-pass-replies", "rfc2577-5-attempt-limit", full=True)
def empty_password(h):
    """An empty password will do."""
    old = h.authorizer.validate_authentication
    h.authorizer.validate_authentication = lambda user, password, handler: password and old(user, password, handler)


@fault("rfc959-5.4-pass-without-user")
def pass_without_user(h):
    """PASS without USER logs in."""
    @wrap(h, "ftp_PASS")
    def login(self, old, line):
        if not self.username and not self.authenticated:
            return self.respond("230 Welcome.")
        old(self, line)


@fault("rfc959-5.4-user-noarg")
def user_noarg(h):
    """USER without a name is answered with 331."""
    h.proto_cmds["USER"]["arg"] = None


@fault("rfc2577-7-no-user-oracle")
def user_oracle(h):
    """USER tells who is known."""
    @wrap(h, "ftp_USER")
    def user(self, old, line):
        if not self.authorizer.has_user(line):
            return self.respond("530 Unknown user.")
        old(self, line)


@fault("rfc2577-7-no-user-oracle", full=True)
def user_oracle_pass(h):
    """The refusal of a password tells whether the name is known."""
    @wrap(h, "handle_auth_failed")
    def failed(self, old, msg, password):
        old(self, "" if self.authorizer.has_user(self.username) else "No such user.", password)


@fault("rfc959-5.4-user-replies")
def user_200(h):
    """USER is answered with 350."""
    @replies(h, "USER")
    def code(self, r):
        return r.replace("331", "350")


@fault("rfc959-4.1.1-user-flushes")
def user_keeps_login(h):
    """A second USER keeps the login of the first."""
    @wrap(h, "ftp_USER")
    def user(self, old, line):
        if self.authenticated:
            return self.respond("331 Send password.")
        old(self, line)


@fault("rfc959-5.4-530-gate")
def gate_pwd(h):
    """PWD works before the login."""
    h.proto_cmds["PWD"]["auth"] = False

    @wrap(h, "ftp_PWD")
    def pwd(self, old, line):
        if self.fs is None:
            return self.respond('257 "/" is the current directory.')
        old(self, line)


@fault("rfc3659-11-feat-prelogin")
def feat_after_login(h):
    """FEAT needs a login."""
    h.proto_cmds["FEAT"]["auth"] = True


@fault("rfc959-5.4-prelogin-open")
def noop_after_login(h):
    """NOOP needs a login."""
    h.proto_cmds["NOOP"]["auth"] = True


@fault("rfc959-5.4-quit")
def quit_silent(h):
    """QUIT ends the session without a reply."""
    @wrap(h, "ftp_QUIT")
    def quit(self, old, line):
        self.close()


@fault("rfc959-5.4-quit")
def quit_stays(h):
    """QUIT is answered, and the session goes on."""
    answer(h, "QUIT", "221 Bye.")


@fault("rfc959-4.1.1-rein-resets")
def rein_keeps_login(h):
    """REIN does nothing."""
    answer(h, "REIN", "220 Ready.")


@fault("rfc959-4.1.1-drop-means-abort")
def drop_goes_on(h):
    """A transfer goes on after its control connection."""
    @wrap(h, "close")
    def close(self, old):
        self.data_channel, data = None, self.data_channel
        old(self)
        self.data_channel = data


# Directories.

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


# Representation.

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


# Data connections.

@fault("rfc1123-4.1.2.6-pasv-host")
def pasv_host(h):
    """PASV names another host."""
    h.masquerade_address = "10.1.2.3"


@fault("rfc1123-4.1.2.6-pasv-scan")
def pasv_format(h):
    """PASV names host and port with points and a colon."""
    @replies(h, "PASV")
    def form(self, r):
        if not r.startswith("227"):
            return r
        n = r[r.index("(") + 1:r.index(")")].split(",")
        return "227 Passive (%s:%d)" % (".".join(n[:4]), int(n[4]) * 256 + int(n[5]))


@fault("rfc1123-4.1.2.6-pasv")
def no_pasv(h):
    """PASV is unknown."""
    del h.proto_cmds["PASV"]


@fault("rfc1123-4.1.2.6-pasv-fresh")
def old_port_open(h):
    """The port of an earlier PASV or EPSV stays open."""
    @wrap(h, "_make_epasv")
    def make(self, old, extmode=False):
        kept, self._dtp_acceptor = self._dtp_acceptor, None
        self.kept = getattr(self, "kept", []) + [kept]
        old(self, extmode=extmode)


@fault("rfc2577-8-random-ports")
def ports_in_order(h):
    """Passive ports come in order."""
    h.next_port = [20000 + os.getpid() % 10000]

    @wrap(h, "_make_epasv")
    def make(self, old, extmode=False):
        h.next_port[0] += 1
        self.passive_ports = [h.next_port[0]]
        old(self, extmode=extmode)


@fault("rfc2577-8-random-ports")
def few_ports(h):
    """There are three passive ports."""
    first = 20000 + os.getpid() % 10000
    h.passive_ports = range(first, first + 3)


@fault("rfc2428-3-epsv-229")
def epsv_address(h):
    """The 229 has a protocol and an address."""
    @replies(h, "EPSV")
    def form(self, r):
        return r.replace("(|||", "(|1|127.0.0.1|")


@fault("rfc2428-3-epsv-229")
def epsv_bare(h):
    """The 229 has the bare port."""
    @replies(h, "EPSV")
    def form(self, r):
        return r.replace("(|||", "(").replace("|)", ")")


@fault("rfc2428-3-epsv-229")
def epsv_as_pasv(h):
    """EPSV is answered with 227, as PASV is."""
    @wrap(h, "_make_epasv")
    def make(self, old, extmode=False):
        old(self, extmode=False)


@fault("rfc2428-3-epsv-229")
def epsv_wrong_port(h):
    """The port in the 229 is one too many."""
    @replies(h, "EPSV")
    def form(self, r):
        if not r.startswith("229"):
            return r
        return "229 Entering extended passive mode (|||%d|)." % (int(r.split("|")[3]) + 1)


@fault("rfc2389-3.2-feat-true", "rfc2428-3-epsv-229")
def epsv_refused(h):
    """EPSV is refused, and FEAT lists it."""
    answer(h, "EPSV", "502 Not implemented.")


@fault("rfc2577-8-random-ports", "rfc2428-3-epsv-229", "rfc1123-4.1.2.6-pasv-fresh")
def one_port(h):
    """There is one passive port."""
    h.passive_ports = [20000 + os.getpid() % 10000]


@fault("rfc2428-3-epsv-proto")
def epsv_1_refused(h):
    """EPSV 1 is refused on IPv4."""
    @wrap(h, "ftp_EPSV")
    def epsv(self, old, line):
        if line == "1":
            return self.respond("522 Network protocol not supported, use (2)")
        old(self, line)


@fault("rfc2428-3-epsv-bad-proto")
def epsv_any(h):
    """EPSV takes any protocol."""
    @wrap(h, "ftp_EPSV")
    def epsv(self, old, line):
        old(self, line if line.upper() == "ALL" else "")


@fault("rfc2428-3-epsv-all")
def epsv_all_ignored(h):
    """PASV and PORT work after EPSV ALL."""
    @wrap(h, "ftp_EPSV")
    def epsv(self, old, line):
        old(self, line)
        self._epsvall = False


@fault("rfc2428-2-eprt-delim")
def eprt_bar(h):
    """EPRT takes bars only."""
    @wrap(h, "ftp_EPRT")
    def eprt(self, old, line):
        if line[:1] != "|":
            return self.respond("501 Invalid EPRT format.")
        old(self, line)


@fault("rfc2577-3-bounce")
def port_bounce(h):
    """PORT takes any address."""
    @wrap(h, "ftp_PORT")
    def port(self, old, line):
        self.permit_foreign_addresses = True
        old(self, line)
        self.permit_foreign_addresses = False


@fault("rfc2428-eprt-bounce")
def eprt_bounce(h):
    """EPRT takes any address."""
    @wrap(h, "ftp_EPRT")
    def eprt(self, old, line):
        self.permit_foreign_addresses = True
        old(self, line)
        self.permit_foreign_addresses = False


@fault("rfc2577-3-low-port")
def low_port(h):
    """PORT takes ports below 1024."""
    h.permit_privileged_ports = True


@fault("rfc1123-4.1.2.13-port")
def no_port(h):
    """PORT is unknown."""
    del h.proto_cmds["PORT"]


@fault("rfc959-5.4-port-syntax")
def port_syntax(h):
    """PORT with too few numbers is answered with 200."""
    @replies(h, "PORT")
    def code(self, r):
        return "200 OK." if "Invalid PORT format" in r else r


@fault("rfc1123-4.1.2.12-same-local-ip")
def other_source(h):
    """Active data connections come from another address."""
    @wrap(h.active_dtp, "connect_af_unspecified")
    def connect(self, old, addr, source=None):
        return old(self, addr, ("127.0.0.2", 0))


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


@fault("rfc959-3.2-server-closes-retr")
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


@fault("rfc959-4.1.3-retr-no-side-effect")
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


# ABOR.

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


@fault("rfc959-4.1.3-abor-closes-data")
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


# SIZE, MDTM, REST.

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


# MLST and MLSD.

@fault("rfc3659-7.2.1-mlst-missing")
def mlst_missing(h):
    """MLST of what is not there shows a file."""
    @replies(h, "MLST")
    def code(self, r):
        return "250-Listing\r\n type=file;size=0; missing\r\n250 End." if r.startswith("550") else r


@fault("rfc3659-7.2-mlst-format")
def mlst_no_space(h):
    """The line of MLST has no space in front."""
    @pushes(h, "MLST")
    def line(self, s):
        return s.lstrip(" ")


@fault("rfc3659-7.2-mlst-format")
def mlst_two_spaces(h):
    """The line of MLST has two spaces in front."""
    @pushes(h, "MLST")
    def line(self, s):
        return " " + s if s.startswith(" ") else s


@fault("rfc3659-7.2-mlsd-lines")
def mlsd_bare_lf(h):
    """The lines of MLSD end in LF alone."""
    @entries(h, "format_mlsx")
    def line(self, raw):
        return raw.replace(b"\r\n", b"\n") if self.cmd_channel.verb == "MLSD" else raw


@fault("rfc3659-7.2-mlsd-lines")
def mlsd_space(h):
    """The lines of MLSD begin with a space."""
    @entries(h, "format_mlsx")
    def line(self, raw):
        return b" " + raw if self.cmd_channel.verb == "MLSD" else raw


@fault("rfc3659-7.2-mlsd-lines")
def mlsd_header(h):
    """MLSD has a header."""
    @wrap(h.abstracted_fs, "format_mlsx")
    def lines(self, old, *args, **kw):
        if self.cmd_channel.verb == "MLSD":
            yield b"total 7\r\n"
        yield from old(self, *args, **kw)


@fault("rfc3659-7.1-mlsd-file")
def mlsd_file(h):
    """MLSD of a file lists it."""
    @wrap(h, "ftp_MLSD")
    def mlsd(self, old, path):
        if not os.path.isfile(path):
            return old(self, path)
        folder, name = os.path.split(path)
        data = b"".join(self.fs.format_mlsx(folder, [name], "elr", self._current_facts))
        self.push_dtp_data(data, cmd="MLSD")


@fault("rfc3659-7.3.1-mlsd-names")
def mlsd_paths(h):
    """MLSD gives whole paths."""
    @wrap(h.abstracted_fs, "format_mlsx")
    def lines(self, old, basedir, *args, **kw):
        for raw in old(self, basedir, *args, **kw):
            if self.cmd_channel.verb == "MLSD":
                head, name = raw.split(b" ", 1)
                raw = head + b" " + self.fs2ftp(basedir).encode() + b"/" + name
            yield raw


@fault("rfc3659-7.5.1-type-values")
def mlst_dir_for_file(h):
    """The type of a file is dir in MLST."""
    @facts(h, "MLST")
    def change(self, d, name):
        if "type" in d:
            d["type"] = "dir"


@fault("rfc3659-7.5.1-type-values")
def type_folder(h):
    """The type of a directory is folder."""
    @facts(h)
    def change(self, d, name):
        if d.get("type") == "dir":
            d["type"] = "folder"


@fault("rfc3659-7.5.1-type-values")
def type_file_for_dir(h):
    """The type of a directory is file in MLSD."""
    @facts(h, "MLSD")
    def change(self, d, name):
        if d.get("type") == "dir":
            d["type"] = "file"


@fault("rfc3659-7.5.7-size")
def fact_size(h):
    """The fact size is one too many."""
    @facts(h)
    def change(self, d, name):
        if "size" in d:
            d["size"] = int(d["size"]) + 1


@fault("rfc3659-7.5.3-modify")
def fact_modify(h):
    """The fact modify is in local time."""
    @facts(h)
    def change(self, d, name):
        if "modify" in d:
            d["modify"] = d["modify"][:8] + "%02d" % ((int(d["modify"][8:10]) + 2) % 24) + d["modify"][10:]


@fault("rfc3659-7.5.3-modify")
def fact_modify_off(h):
    """The fact modify is a second off."""
    @facts(h)
    def change(self, d, name):
        if "modify" in d:
            d["modify"] = d["modify"][:12] + "%02d" % ((int(d["modify"][12:14]) + 1) % 60)


@fault("rfc3659-7.5.3-modify")
def fact_modify_short(h):
    """The fact modify has no seconds."""
    @facts(h)
    def change(self, d, name):
        if "modify" in d:
            d["modify"] = d["modify"][:12]


@fault("rfc3659-7.5.5-perm", "rfc3659-7.5.5-perm-hint")
def fact_perm_empty(h):
    """The fact perm is empty."""
    @facts(h)
    def change(self, d, name):
        if "perm" in d:
            d["perm"] = ""


@fault("rfc3659-7.5.5-perm")
def fact_perm_unix(h):
    """The fact perm is rwx."""
    @facts(h)
    def change(self, d, name):
        if "perm" in d:
            d["perm"] = "rwx"


@fault("rfc3659-7.5.5-perm")
def fact_perm_dir(h):
    """A file has the permissions of a directory."""
    @facts(h)
    def change(self, d, name):
        if d.get("type") == "file" and "perm" in d:
            d["perm"] = "cdelmp"


@fault("rfc3659-7.5.2-unique")
def fact_unique(h):
    """The fact unique is the same for all."""
    @facts(h)
    def change(self, d, name):
        if "unique" in d:
            d["unique"] = "1g1"


@fault("rfc3659-7.5.2-unique")
def fact_unique_new(h):
    """The fact unique is another each time."""
    count = [0]

    @facts(h)
    def change(self, d, name):
        if "unique" in d:
            count[0] += 1
            d["unique"] = "1g%x" % count[0]


@fault("rfc3659-7.2-entry-grammar")
def facts_unended(h):
    """The last fact has no semicolon."""
    @entries(h, "format_mlsx")
    def line(self, raw):
        return raw.replace(b"; ", b" ", 1)


@fault("rfc3659-7.8-feat-mlst-true", "rfc3659-7.5.10-recommended")
def fact_missing(h):
    """FEAT says that size is there, and it is not."""
    @facts(h)
    def change(self, d, name):
        d.pop("size", None)


@fault("rfc3659-7.5.1.2-cdir-needs-type")
def cdir_always(h):
    """MLSD lists the directory itself, with the fact type or without."""
    @wrap(h.abstracted_fs, "format_mlsx")
    def lines(self, old, basedir, listing, perms, names, **kw):
        if self.cmd_channel.verb == "MLSD":
            listing = [".", ".."] + list(listing)
        return old(self, basedir, listing, perms, names, **kw)


@fault("rfc3659-7.1-mlst-noarg")
def mlst_noarg(h):
    """MLST without a name describes the root."""
    @wrap(h, "pre_process_command")
    def pre(self, old, line, cmd, arg):
        old(self, line, cmd, "/" if cmd == "MLST" and not arg else arg)


@fault("rfc3659-7.2-mlsd-empty")
def mlsd_empty(h):
    """MLSD of an empty directory is refused."""
    @wrap(h, "ftp_MLSD")
    def mlsd(self, old, path):
        if os.path.isdir(path) and not os.listdir(path):
            return self.respond("550 Empty.")
        return old(self, path)


@fault("rfc3659-2.2.2-literal")
def mlst_wildcard(h):
    """MLST takes wildcards."""
    import glob

    @wrap(h, "ftp_MLST")
    def mlst(self, old, path):
        found = glob.glob(path)
        return old(self, found[0] if found else path)


@fault("rfc3659-7.9-opts-select")
def opts_ignored(h):
    """OPTS MLST changes nothing."""
    @wrap(h, "ftp_OPTS")
    def opts(self, old, line):
        now = self._current_facts
        old(self, line)
        self._current_facts = now


@fault("rfc3659-7.9-opts-unknown")
def opts_unknown(h):
    """OPTS MLST refuses facts that it does not know."""
    @wrap(h, "ftp_OPTS")
    def opts(self, old, line):
        if any(x.lower() not in self._available_facts for x in line[5:].split(";") if x):
            return self.respond("501 Unknown fact.")
        old(self, line)


@fault("rfc2389-4-opts-present")
def no_opts(h):
    """OPTS is unknown."""
    del h.proto_cmds["OPTS"]


@fault("rfc2389-4-opts-case")
def opts_case(h):
    """OPTS mlst is refused."""
    @wrap(h, "ftp_OPTS")
    def opts(self, old, line):
        if line[:1].islower():
            return self.respond("501 Unknown.")
        old(self, line)


# FEAT and names.

def feat(h, change):
    """Lets a function change the list of FEAT, line by line."""
    @pushes(h, "FEAT")
    def push(self, s):
        if not s.startswith(" "):
            return s
        return "".join(x + "\r\n" for x in change(s.split("\r\n")[:-1]))


@fault("rfc2389-3.2-feat-format")
def feat_no_space(h):
    """The lines of FEAT have no space in front."""
    feat(h, lambda lines: [x.strip() for x in lines])


@fault("rfc2389-3.2-feat-format")
def feat_two_spaces(h):
    """The lines of FEAT have two spaces in front."""
    feat(h, lambda lines: [" " + x for x in lines])


@fault("rfc2389-3.2-feat-format")
def feat_codes(h):
    """The lines of FEAT have the code in front."""
    feat(h, lambda lines: ["211-" + x.strip() for x in lines])


@fault("rfc3659-4.3-size-feat", "rfc2389-3.2-feat-complete")
def feat_no_size(h):
    """FEAT does not list SIZE."""
    feat(h, lambda lines: [x for x in lines if x != " SIZE"])


@fault("rfc2389-3.2-feat-complete")
def feat_no_epsv(h):
    """FEAT does not list EPSV."""
    feat(h, lambda lines: [x for x in lines if x != " EPSV"])


@fault("rfc3659-5.4-rest-feat", "rfc2389-3.2-feat-complete")
def feat_no_rest(h):
    """FEAT does not list REST STREAM."""
    feat(h, lambda lines: [x for x in lines if not x.startswith(" REST")])


@fault("rfc2640-3.2-feat-utf8")
def feat_no_utf8(h):
    """FEAT does not list UTF8."""
    feat(h, lambda lines: [x for x in lines if x != " UTF8"])


@fault("rfc2389-3.2-feat-true", "draft-avbl")
def feat_avbl(h):
    """FEAT lists AVBL, which is not there."""
    feat(h, lambda lines: lines + [" AVBL"])


@fault("rfc7151-3.4-feat", "rfc2389-3.2-feat-true")
def feat_host(h):
    """FEAT lists HOST, which is not there."""
    feat(h, lambda lines: lines + [" HOST"])


@fault("rfc2389-3.2-feat-not-self")
def feat_self(h):
    """FEAT lists FEAT."""
    feat(h, lambda lines: lines + [" FEAT"])


@fault("rfc3659-7.8-feat-mlst")
def feat_no_stars(h):
    """FEAT stars no fact of MLST."""
    feat(h, lambda lines: [x.replace("*", "") for x in lines])


@fault("rfc2640-3.1-utf8-roundtrip")
def utf8_mangled(h):
    """Listings show names in ISO 8859-1."""
    def latin(raw):
        return raw.decode(errors="replace").encode("latin-1", "replace")

    for method in ("format_list", "format_mlsx"):
        @entries(h, method)
        def line(self, raw):
            return latin(raw)

    @wrap(h, "push_dtp_data")
    def push(self, old, data, isproducer=False, file=None, cmd=None):
        old(self, latin(data) if cmd == "NLST" else data, isproducer=isproducer, file=file, cmd=cmd)


# What must not get out.

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


# TLS.

@fault("rfc4217-4.2-auth-tls", tls=True)
def auth_334(h):
    """AUTH TLS is answered with 334."""
    @replies(h, "AUTH")
    def code(self, r):
        return r.replace("234 ", "334 ")


@fault("sec-response-after-234", tls=True)
def auth_two_replies(h):
    """A second reply in clear text follows the 234."""
    @replies(h, "AUTH")
    def code(self, r):
        return r + "\r\n220 Go on." if r.startswith("234") else r


@fault("sec-starttls-injection", tls=True)
def injection(h):
    """What came in clear text behind AUTH is carried out."""
    h.ftp_AUTH = handlers.TLS_FTPHandler.ftp_AUTH


@fault("rfc2228-3-auth-case", tls=True)
def auth_case(h):
    """AUTH tls is refused."""
    @wrap(h, "ftp_AUTH")
    def auth(self, old, line):
        if line.islower():
            return self.respond("504 Unknown mechanism.")
        old(self, line)


@fault("rfc2228-3-auth-unknown-mech", tls=True)
def auth_unknown(h):
    """An unknown mechanism is answered with 234."""
    @wrap(h, "ftp_AUTH")
    def auth(self, old, line):
        if line.upper()[:3] not in ("TLS", "SSL"):
            return self.respond("234 Fine.")
        old(self, line)


@fault("rfc4217-9-prot-cp", "rfc4217-9-prot-switch", "rfc4217-7-data-role", tls=True)
def prot_p_clear(h):
    """Data go in clear text after PROT P."""
    @wrap(h.dtp_handler, "__init__")
    def init(self, old, sock, cmd_channel):
        prot, cmd_channel._prot = cmd_channel._prot, False
        old(self, sock, cmd_channel)
        cmd_channel._prot = prot


@fault("rfc4217-9-prot-switch", "rfc4217-10.2-data-tls-fail", tls=True)
def prot_p_clear_upload(h):
    """An upload in clear text is taken after PROT P."""
    @wrap(h.dtp_handler, "__init__")
    def init(self, old, sock, cmd_channel):
        prot = cmd_channel._prot
        if prot and cmd_channel._in_dtp_queue is not None:
            sock.setblocking(True)
            sock.settimeout(1)
            try:
                first = sock.recv(1, socket.MSG_PEEK)
            except OSError:
                first = b""
            sock.setblocking(False)
            cmd_channel._prot = first[:1] == b"\x16"
        old(self, sock, cmd_channel)
        cmd_channel._prot = prot


@fault("rfc4217-9-default-clear", tls=True)
def always_private(h):
    """Data are private without PROT P."""
    @wrap(h.dtp_handler, "__init__")
    def init(self, old, sock, cmd_channel):
        prot, cmd_channel._prot = cmd_channel._prot, True
        old(self, sock, cmd_channel)
        cmd_channel._prot = prot


@fault("rfc4217-15.1.1-same-cert", tls=True)
def other_certificate(h):
    """Data connections show another certificate."""
    from OpenSSL import SSL, crypto
    key = crypto.PKey()
    key.generate_key(crypto.TYPE_RSA, 2048)
    cert = crypto.X509()
    cert.get_subject().CN = "other"
    cert.set_issuer(cert.get_subject())
    cert.set_serial_number(7)
    cert.gmtime_adj_notBefore(0)
    cert.gmtime_adj_notAfter(3600)
    cert.set_pubkey(key)
    cert.sign(key, "sha256")
    context = SSL.Context(SSL.SSLv23_METHOD)
    context.use_privatekey(key)
    context.use_certificate(cert)

    @wrap(h.dtp_handler, "secure_connection")
    def secure(self, old, ssl_context):
        old(self, context)


def no_notify(cls):
    cls._do_ssl_shutdown = lambda self: super(handlers.SSLConnection, self).close()


@fault("rfc4217-12-close-notify-retr", tls=True)
def no_close_notify(h):
    """Data connections end without close_notify."""
    no_notify(h.dtp_handler)


@fault("rfc4217-12-close-notify-control", tls=True)
def no_close_notify_control(h):
    """The control connection ends without close_notify."""
    no_notify(h)


@fault("rfc8996-min-tls12", tls=True)
def old_tls(h):
    """TLS 1.0 is accepted."""
    from OpenSSL import SSL
    h.ssl_context.set_min_proto_version(SSL.TLS1_VERSION)
    h.ssl_context.set_cipher_list(b"ALL:@SECLEVEL=0")


@fault("rfc2228-3-prot-sequence", tls=True)
def prot_first(h):
    """PROT is accepted without PBSZ."""
    @wrap(h, "ftp_PROT")
    def prot(self, old, line):
        self._pbsz = True
        old(self, line)


@fault("rfc2228-3-pbsz-sequence", tls=True)
def pbsz_first(h):
    """PBSZ is accepted without TLS."""
    answer(h, "PBSZ", "200 PBSZ=0")
    @wrap(h, "ftp_PBSZ")
    def pbsz(self, old, line):
        self._pbsz = True
        old(self, line)


@fault("rfc4217-9-pbsz-0", tls=True)
def pbsz_501(h):
    """PBSZ 0 is answered with 501."""
    @wrap(h, "ftp_PBSZ")
    def pbsz(self, old, line):
        self._pbsz = True
        self.respond("501 Too small.")


@fault("rfc2228-3-pbsz-reduce", tls=True)
def pbsz_big(h):
    """PBSZ takes any size."""
    @wrap(h, "ftp_PBSZ")
    def pbsz(self, old, line):
        if line in ("", "0"):
            return old(self, line)
        self.respond("200 PBSZ=" + line)


@fault("rfc4217-9-prot-cp", tls=True)
def no_prot_c(h):
    """PROT C is not understood."""
    @wrap(h, "ftp_PROT")
    def prot(self, old, line):
        if line.upper() == "C":
            return self.respond("504 What?")
        old(self, line)


@fault("rfc2228-3-prot-refused-keeps", tls=True)
def prot_refused_clears(h):
    """A refused PROT leads back to clear data."""
    @wrap(h, "ftp_PROT")
    def prot(self, old, line):
        self._prot = False
        old(self, line)


@fault("rfc2228-3-prot-bad", tls=True)
def prot_bad(h):
    """Any protection level is accepted."""
    @replies(h, "PROT")
    def code(self, r):
        return "200 OK." if "Unrecognized PROT" in r else r


@fault("rfc4217-6-feat", tls=True)
def feat_no_auth(h):
    """FEAT does not list AUTH TLS."""
    feat(h, lambda lines: [x for x in lines if not x.startswith(" AUTH")])
