"""How a fault is planted in a handler class of pyftpdlib."""
import importlib
import os
import pkgutil

from pyftpdlib import handlers

FAULTS = {}


def fault(*owners, tls=False, full=False):
    """Registers a fault: a function that changes a handler class. owners are the ids of
    the checks of which one at least must be red because of it, the likeliest first. tls:
    it shows under TLS only. full: it is looked for on demand only. For those who read
    the source: the tests do."""
    def register(f):
        FAULTS[f.__name__] = f
        return f
    return register


def apply(h, name):
    """Plants the fault, or none."""
    for module in pkgutil.iter_modules([os.path.dirname(__file__)]):
        importlib.import_module("mutants." + module.name)
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
                self._last_response = ""  # which may have no code, and is logged only
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
