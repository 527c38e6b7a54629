"""Faults: data connections."""
import os

from .plant import answer, fault, replies, wrap


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


@fault("rfc2428-3-epsv-same-host", "rfc2428-3-epsv-229")
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
