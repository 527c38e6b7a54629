"""An FTP server of one user with twisted or aioftp, set up by a JSON file."""
import asyncio
import json
import logging
import os
import sys
import warnings

with open(sys.argv[1], encoding="utf-8") as f:
    settings = json.load(f)

logging.basicConfig(level=logging.INFO, stream=sys.stdout)


def become_user():
    if settings["uid"] >= 0:
        os.setgroups([])
        os.setgid(settings["gid"])
        os.setuid(settings["uid"])
        os.umask(0o022)


def run_twisted():
    warnings.simplefilter("ignore")  # about TLS, which has no part in this
    from twisted.cred.checkers import InMemoryUsernamePasswordDatabaseDontUse
    from twisted.cred.portal import Portal
    from twisted.internet import reactor
    from twisted.protocols.ftp import BaseFTPRealm, FTPFactory
    from twisted.python import filepath, log

    log.startLogging(sys.stdout)

    class Realm(BaseFTPRealm):
        def getHomeDirectory(self, avatarId):
            return filepath.FilePath(settings["home"])

    checker = InMemoryUsernamePasswordDatabaseDontUse()
    checker.addUser(settings["user"], settings["password"])
    factory = FTPFactory(Portal(Realm("/nonexistent"), [checker]))
    factory.allowAnonymous = False
    reactor.listenTCP(settings["port"], factory, interface="127.0.0.1")
    become_user()
    reactor.run()


def run_aioftp():
    import aioftp

    async def serve():
        user = aioftp.User(settings["user"], settings["password"], base_path=settings["home"])
        await aioftp.Server([user]).run("127.0.0.1", settings["port"])

    become_user()
    asyncio.run(serve())


{"twisted": run_twisted, "aioftp": run_aioftp}[settings["server"]]()
