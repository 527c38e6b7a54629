package patience

import "time"

// Waits of the control connection, and of transfers as a whole.
var (
	Connect = row(Wait{Layer: "control", Name: "Connect", Kind: Bound, Default: 30 * time.Second,
		Setting: "control.Config.ConnectTimeout, datachan.Config.ConnectTimeout and AcceptTimeout, Profile.Timeout and DataConnectTimeout",
		Reason:  "connecting, or being connected to; writing a command; a TLS handshake of control's"})
	Reply = row(Wait{Layer: "control", Name: "Reply", Kind: Bound, Default: time.Minute,
		Setting: "control.Config.ReplyTimeout, Profile.Timeout; Profile.CloseTimeout for the reply to QUIT",
		Reason:  "the reply to a command"})
	GreetingAfterText = row(Wait{Layer: "control", Name: "GreetingAfterText", Kind: Bound, Default: 5 * time.Second,
		Reason: "the greeting once text without a code has come in its place: the server is one of another protocol, if nothing follows soon"})
	FinalReply = row(Wait{Layer: "control", Name: "FinalReply", Kind: Bound, Default: time.Minute,
		Setting: "control.Config.FinalTimeout, Profile.Timeout",
		Reason:  "the final reply once the data is through: storing a large file takes a while"})
	Abort = row(Wait{Layer: "control", Name: "Abort", Kind: Bound, Default: 5 * time.Second,
		Setting: "control.Config.AbortTimeout",
		Reason:  "all that is done to save the connection when a transfer is given up"})
	AbortAfterTimeout = row(Wait{Layer: "control", Name: "AbortAfterTimeout", Kind: Bound, Default: time.Second,
		Reason: "the same after a timeout, where a tenth of the IdleTimeout is not more: the server has had its time"})
	CancelledCall = row(Wait{Layer: "control", Name: "CancelledCall", Kind: Bound, Default: 200 * time.Millisecond,
		Reason: "how long a caller whose context has ended is kept: with what the layers above need, the call is back within 250 ms"})
	CutNoticed = row(Wait{Layer: "control", Name: "CutNoticed", Kind: Pause, Default: 250 * time.Millisecond,
		Reason: "a server that has lost the data connection may notice by itself, before ABOR is sent"})
	AborBeforeCut = row(Wait{Layer: "control", Name: "AborBeforeCut", Kind: Pause, Default: 500 * time.Millisecond,
		Reason: "the server may act on ABOR before the data connection is cut",
		Server: "ProFTPD 1.3.8 ends the session when a TLS data connection breaks under it"})
	SecondReply = row(Wait{Layer: "control", Name: "SecondReply", Kind: Pause, Default: time.Second,
		Reason: "the second reply to ABOR, or the one to a keepalive, before another command shows whether it is to come"})
	AskedAhead = row(Wait{Layer: "control", Name: "AskedAhead", Kind: Bound, Default: 5 * time.Second,
		Reason: "how long the answers count that were asked for ahead, above all the address of a data connection",
		Server: "pyftpdlib waits 30 s at such an address"})
	DataEnd = row(Wait{Layer: "control", Name: "DataEnd", Kind: Interval, Default: time.Second,
		Reason: "the end of a download's data connection may stay out that long once the final reply and all octets are in; then that is the end",
		Server: "servers that never close it"})
	ExplainingReply = row(Wait{Layer: "control", Name: "ExplainingReply", Kind: Pause, Default: 500 * time.Millisecond,
		Reason: "the reply that explains why a data connection broke: the two travel apart"})
	EmptyUploadStart = row(Wait{Layer: "control", Name: "EmptyUploadStart", Kind: Pause, Default: 5 * time.Second,
		Reason: "an upload of nothing ends after the preliminary reply only",
		Server: "ftp-srv answers 425 to a connection that has ended before it looks"})
	UploadProbe = row(Wait{Layer: "control", Name: "UploadProbe", Kind: Bound, Default: 5 * time.Second,
		Reason: "the first sign of the name list before an upload over TLS: a server that gives none is not asked again",
		Server: "accounts that may only upload, and never get an answer to NLST"})
	HelloDelay = row(Wait{Layer: "control", Name: "HelloDelay", Kind: Pause, Default: 250 * time.Millisecond,
		Reason: "the ClientHello after 234, under the quirk of a lost hello",
		Server: "those that lose what comes right after AUTH"})
	Slow = row(Wait{Layer: "control", Name: "Slow", Kind: Bound, Default: 30 * time.Second,
		Setting: "control.Config.LowestTime",
		Reason:  "over which time a transfer must keep the LowestRate; off: the rate is not watched"})
)
