"""Faults: MLST, MLSD and OPTS."""
import glob
import os
import time

from .plant import entries, facts, fault, pushes, replies, wrap


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


@fault("rfc3659-7.3.1-mlsd-names", "rfc3659-6.1-tvfs-no-slash")
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
