"""Faults: the login."""
from .plant import answer, fault, replies, wrap


@fault("sec-wrong-password", "rfc959-5.4-pass-replies", "rfc2577-5-attempt-limit", full=True)
def any_password(h):
    """Any password will do."""
    h.authorizer.validate_authentication = lambda *args: None


@fault("sec-empty-password", "rfc959-5.4-pass-replies", "rfc2577-5-attempt-limit", full=True)
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
