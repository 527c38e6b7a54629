package patience

import "time"

// Waits of data connections and of proxies.
var (
	Idle = row(Wait{Layer: "datachan", Name: "Idle", Kind: Bound, Default: time.Minute,
		Setting: "datachan.Config.IdleTimeout, Profile.IdleTimeout and Timeout",
		Reason:  "a silence of the data connection"})
	HandshakeDelay = row(Wait{Layer: "datachan", Name: "HandshakeDelay", Kind: Pause, Default: 200 * time.Millisecond,
		Setting: "datachan.Config.HandshakeDelay",
		Reason:  "the TLS handshake waits for the preliminary reply; some servers send that only once TLS is up",
		Server:  "pyftpdlib resets a data connection that speaks earlier"})
	CloseGrace = row(Wait{Layer: "datachan", Name: "CloseGrace", Kind: Pause, Default: 50 * time.Millisecond,
		Setting: "datachan.Config.CloseGrace",
		Reason:  "the peer's end after an upload whose final reply is in"})
	OvertakenConnection = row(Wait{Layer: "datachan", Name: "OvertakenConnection", Kind: Pause, Default: time.Second,
		Reason: "in active mode a successful final reply may overtake the connection"})
	AlertAfterRefusal = row(Wait{Layer: "datachan", Name: "AlertAfterRefusal", Kind: Pause, Default: 200 * time.Millisecond,
		Reason: "a handshake after a refusal: the alert may say the reason, which the reply does not"})
	HandshakeAfterSuccess = row(Wait{Layer: "datachan", Name: "HandshakeAfterSuccess", Kind: Bound, Default: 5 * time.Second,
		Reason: "a handshake after a successful final reply: a server without data may never have taken the connection"})
	StopPoll = row(Wait{Layer: "datachan", Name: "StopPoll", Kind: Interval, Default: 20 * time.Millisecond,
		Reason: "how often one who discards data looks whether to stop"})
	WritePiece = row(Wait{Layer: "datachan", Name: "WritePiece", Kind: Interval, Default: 100 * time.Millisecond,
		Reason: "one write is as large as goes in this time, so that the tally of a slow upload moves"})
	TallyInterval = row(Wait{Layer: "datachan", Name: "TallyInterval", Kind: Interval, Default: 100 * time.Millisecond,
		Reason: "from one report of progress to the next"})

	Proxy = row(Wait{Layer: "datachan/proxy", Name: "Proxy", Kind: Bound, Default: 30 * time.Second,
		Setting: "proxy.Proxy.Timeout",
		Reason:  "a whole dialogue with a proxy, or a piece of what it sends"})
)
