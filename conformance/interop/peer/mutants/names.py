"""Faults: FEAT, and names."""
from .plant import entries, fault, pushes, wrap


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
