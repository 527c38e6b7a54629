"""Faults: TLS."""
import socket

from pyftpdlib import handlers

from .plant import answer, fault, replies, wrap
from .names import feat


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
