package patience

import "time"

// Waits of TLS.
var (
	Handshake = row(Wait{Layer: "tlsx", Name: "Handshake", Kind: Bound, Default: 30 * time.Second,
		Setting: "tlsx.Config.HandshakeTimeout, control.Config.ConnectTimeout, Profile.Timeout",
		Reason:  "a TLS handshake, a person's answer not counted"})
	ClearTLS = row(Wait{Layer: "tlsx", Name: "ClearTLS", Kind: Bound, Default: 5 * time.Second,
		Setting: "tlsx.Config.ClearTimeout",
		Reason:  "the peer's close_notify after CCC or REIN, which only has to cross the network",
		Server:  "those that go on in clear without it"})
	EndOfUpload = row(Wait{Layer: "tlsx", Name: "EndOfUpload", Kind: Bound, Default: time.Minute,
		Reason: "close_notify at the end of an upload: all that is in the send buffer goes before it"})
	CloseNotify = row(Wait{Layer: "tlsx", Name: "CloseNotify", Kind: Bound, Default: time.Second,
		Reason: "close_notify where no data of ours waits"})
	SelfTest = row(Wait{Layer: "tlsx", Name: "SelfTest", Kind: Bound, Default: 10 * time.Second,
		Reason: "a handshake in memory that proves resumption by session ID, and takes a millisecond"})
	TrustLock = row(Wait{Layer: "tlsx", Name: "TrustLock", Kind: Bound, Default: 5 * time.Second,
		Reason: "another process's change of the trust store, which takes milliseconds"})
	TrustLockPoll = row(Wait{Layer: "tlsx", Name: "TrustLockPoll", Kind: Interval, Default: 50 * time.Millisecond,
		Reason: "the longest time between two tries to lock the trust store or the stored connections, which begin at a millisecond"})
	RenameAgain = row(Wait{Layer: "tlsx", Name: "RenameAgain", Kind: Interval, Default: 5 * time.Millisecond,
		Reason: "Windows replaces no file that is just being read"})
)
