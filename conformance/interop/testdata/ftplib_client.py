"""Uses Python's ftplib as a person's script would.

Arguments: [--cert FILE] [--ccc] TLS ADDRESS USER PASSWORD CAFILE, then one of
list | download REMOTE LOCAL | upload LOCAL REMOTE | resume REMOTE LOCAL |
append LOCAL REMOTE | remove REMOTE
"""
import ftplib
import os
import ssl
import sys

arguments = sys.argv[1:]
cert = None
if arguments[0] == "--cert":
    cert = arguments[1]
    del arguments[:2]
ccc = arguments[0] == "--ccc"
if ccc:
    del arguments[0]
tls, address, user, password, ca, action, *names = arguments
host, port = address.rsplit(":", 1)


class ImplicitTLS(ftplib.FTP_TLS):
    """FTP_TLS with the handshake before the greeting."""

    @property
    def sock(self):
        return self._sock

    @sock.setter
    def sock(self, value):
        if value is not None and not isinstance(value, ssl.SSLSocket):
            value = self.context.wrap_socket(value, server_hostname=self.host)
        self._sock = value


def connect():
    if tls == "none":
        ftp = ftplib.FTP(timeout=20)
    else:
        context = ssl.create_default_context(cafile=ca)
        if cert:
            context.load_cert_chain(cert)
        kind = ImplicitTLS if tls == "implicit" else ftplib.FTP_TLS
        ftp = kind(context=context, timeout=20)
    ftp.connect(host, int(port))
    if tls == "explicit":
        ftp.auth()
    if tls == "implicit":
        ftplib.FTP.login(ftp, user, password)
    else:
        ftp.login(user, password)
    if tls != "none":
        ftp.prot_p()
    if ccc:
        ftp.ccc()
        ftp.file = ftp.sock.makefile("r", encoding=ftp.encoding)  # it reads on from the TLS socket
    return ftp


ftp = connect()
if action == "list":
    ftp.dir()
    print(ftp.nlst())
    print([(name, facts["type"]) for name, facts in ftp.mlsd()])
elif action == "download":
    with open(names[1], "wb") as f:
        ftp.retrbinary("RETR " + names[0], f.write)
elif action == "upload":
    with open(names[0], "rb") as f:
        ftp.storbinary("STOR " + names[1], f)
elif action == "resume":
    with open(names[1], "ab") as f:
        ftp.retrbinary("RETR " + names[0], f.write, rest=os.path.getsize(names[1]))
elif action == "append":
    ftp.voidcmd("TYPE I")  # the size depends on the type
    have = ftp.size(names[1])
    with open(names[0], "rb") as f:
        f.seek(have)
        ftp.storbinary("STOR " + names[1], f, rest=have)
elif action == "remove":
    ftp.delete(names[0])
else:
    sys.exit("unknown action " + action)
ftp.quit()
