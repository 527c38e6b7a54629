"""An FTP server of one user with pyftpdlib 1.5.7, set up by a JSON file."""
import json
import logging
import os
import sys

from pyftpdlib.authorizers import DummyAuthorizer
from pyftpdlib.handlers import FTPHandler
from pyftpdlib.servers import FTPServer

with open(sys.argv[1], encoding="utf-8") as f:
    settings = json.load(f)

logging.basicConfig(level=logging.DEBUG, stream=sys.stdout)

authorizer = DummyAuthorizer()
authorizer.add_user(settings["user"], settings["password"], settings["home"], perm="elradfmwMT")


def tls_handler():
    from OpenSSL import SSL
    from pyftpdlib.handlers import TLS_FTPHandler

    class Handler(TLS_FTPHandler):
        certfile = settings["cert"]
        keyfile = settings["key"]
        tls_control_required = settings["require_tls"]
        tls_data_required = settings["require_prot"]

    class ImplicitHandler(Handler):
        def handle(self):
            # The handshake runs as soon as bytes arrive; the greeting waits
            # in the output queue until it is done.
            self.secure_connection(self.ssl_context)
            super().handle()

    handler = ImplicitHandler if settings["tls"] == "implicit" else Handler
    handler.ssl_context = context = handler.get_ssl_context()
    versions = {"TLSv1.2": SSL.TLS1_2_VERSION, "TLSv1.3": SSL.TLS1_3_VERSION}
    context.set_min_proto_version(versions[settings["tls_min"]])
    context.set_max_proto_version(versions[settings["tls_max"]])
    if settings["no_tickets"]:
        context.set_options(SSL.OP_NO_TICKET)
    if settings["client_ca"]:
        authorities = settings["client_ca_file"]
        context.load_verify_locations(authorities)
        context.load_client_ca(authorities)
        context.set_session_id(b"peer")  # or OpenSSL fails where a session resumes
        context.set_verify(SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT, lambda conn, cert, errno, depth, ok: ok)
    return handler


if settings["tls"] == "none":
    class handler(FTPHandler):
        pass
else:
    handler = tls_handler()
handler.authorizer = authorizer
first, last = settings["passive"]
if first:
    handler.passive_ports = range(first, last + 1)
if settings["fault"]:
    import mutants.plant  # from the folder of this file

    mutants.plant.apply(handler, settings["fault"])
for statement in settings["extra"] or []:
    exec(statement)

server = FTPServer(("127.0.0.1", settings["port"]), handler)
if settings["uid"] >= 0:
    os.setgroups([])
    os.setgid(settings["gid"])
    os.setuid(settings["uid"])
    os.umask(0o022)
server.serve_forever()
