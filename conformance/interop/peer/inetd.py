"""A small inetd: one program with one connection as its standard input and output.

Arguments: the port on loopback, the folder that is the program's root directory,
the program and its arguments.
"""
import os
import signal
import socket
import sys

port, root, argv = int(sys.argv[1]), sys.argv[2], sys.argv[3:]
signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel collects the children

listener = socket.create_server(("127.0.0.1", port), backlog=64)
while True:
    conn, _ = listener.accept()
    if os.fork() == 0:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for fd in (0, 1):
            os.dup2(conn.fileno(), fd)
        os.chroot(root)
        os.chdir("/")
        os.execv(argv[0], argv)
    conn.close()
