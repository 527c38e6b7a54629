package patience

import "time"

// Waits of the root package, whose layer is ".".
var (
	RetryDelay = row(Wait{Layer: ".", Name: "RetryDelay", Kind: Pause, Default: time.Second,
		Setting: "Retry.Delay",
		Reason:  "before the second attempt; twice as long before each further one"})
	RetryMaxDelay = row(Wait{Layer: ".", Name: "RetryMaxDelay", Kind: Bound, Default: time.Minute,
		Setting: "Retry.MaxDelay",
		Reason:  "the longest pause between two attempts"})
	Cleanup = row(Wait{Layer: ".", Name: "Cleanup", Kind: Bound, Default: 5 * time.Second,
		Reason: "what is done to leave no temporary file, and to be back in the working directory"})
	CancelledCleanup = row(Wait{Layer: ".", Name: "CancelledCleanup", Kind: Bound, Default: 200 * time.Millisecond,
		Reason: "what must be over before a cancelled call can return"})
	CancelledReturn = row(Wait{Layer: ".", Name: "CancelledReturn", Kind: Pause, Default: 40 * time.Millisecond,
		Reason: "a cancelled caller is kept for the removal of a temporary file, on top of CancelledCall"})
	// FileAhead is how long an open file keeps the connection from other operations.
	FileAhead = row(Wait{Layer: ".", Name: "FileAhead", Kind: Bound, Default: 250 * time.Millisecond,
		Reason: "reading ahead in an open file that another operation waits for; then its transfer is given up"})
	// PoolIdle is how long a Pool, or a Transport, keeps a connection.
	PoolIdle = row(Wait{Layer: ".", Name: "PoolIdle", Kind: Bound, Default: time.Minute,
		Setting: "Pool.IdleTimeout",
		Reason:  "a connection of a Pool that no job uses, or one of a Transport, which has no setting; half as long as the server has kept one, where it has ended it. Servers end idle sessions after some minutes"})
	PoolCheck = row(Wait{Layer: ".", Name: "PoolCheck", Kind: Bound, Default: 5 * time.Second,
		Reason: "what a failed or cancelled job has left on a connection of a Pool, and a sign of life, before another job gets it; then it is replaced"})
	PoolFull = row(Wait{Layer: ".", Name: "PoolFull", Kind: Pause, Default: 5 * time.Second,
		Reason: "a server that bears no more connections of a Pool, before one more is tried; four times as long after each refusal. An earlier session of ours may still count"})
	PoolFullMax = row(Wait{Layer: ".", Name: "PoolFullMax", Kind: Bound, Default: 5 * time.Minute,
		Reason: "the longest such pause",
		Server: "ProFTPD's mod_ban shuts out who asks for too many connections too often"})
	SourceRead = row(Wait{Layer: ".", Name: "SourceRead", Kind: Pause, Default: 20 * time.Millisecond,
		Reason: "the last read of a source that an upload has given up ends by then, so that the caller may go back in it, unless the source keeps its reader waiting"})
	Swap = row(Wait{Layer: ".", Name: "Swap", Kind: Bound, Default: 15 * time.Second,
		Reason: "moving a file aside and its successor to its name: once begun, it goes on when the context ends",
		Server: "those that rename over no file"})
	QuitReplaced = row(Wait{Layer: ".", Name: "QuitReplaced", Kind: Bound, Default: 2 * time.Second,
		Reason: "QUIT on a connection that another one takes the place of: the server may count both"})
	FXPSecond = row(Wait{Layer: ".", Name: "FXPSecond", Kind: Pause, Default: 250 * time.Millisecond,
		Reason: "between two servers, the command of the destination waits for the preliminary reply of the source, so that a file that is not there is not stored",
		Server: "vsftpd sends that reply only once the other server has connected"})
	FXPOther = row(Wait{Layer: ".", Name: "FXPOther", Kind: Pause, Default: time.Second,
		Reason: "one of two servers has failed: the other one notices, and says so, before its transfer is given up"})
	FXPKiB = row(Wait{Layer: ".", Name: "FXPKiB", Kind: Bound, Default: time.Second,
		Reason: "between two servers, each KiB of the file, after which FinalReply counts: nobody else sees whether data still flow"})
	ProxyFIN = row(Wait{Layer: ".", Name: "ProxyFIN", Kind: Pause, Default: 2 * time.Second,
		Reason: "FIN after close_notify on the way through a SOCKS proxy",
		Server: "microsocks 1.0.3 cuts both directions when one has ended"})
)

// Waits of Probe.
var (
	ProbeTotal = row(Wait{Layer: ".", Name: "ProbeTotal", Kind: Bound, Default: time.Minute,
		Setting: "ProbeOptions.TotalTime",
		Reason:  "all attempts of a probe together; then the result says what is known"})
	ProbeWait = row(Wait{Layer: ".", Name: "ProbeWait", Kind: Bound, Default: 10 * time.Second,
		Setting: "ProbeOptions.Profile.Timeout",
		Reason:  "each wait of a probe"})
	ProbeConnect = row(Wait{Layer: ".", Name: "ProbeConnect", Kind: Bound, Default: 5 * time.Second,
		Setting: "ProbeOptions.Profile.ConnectTimeout; Timeout, if that is shorter",
		Reason:  "connecting, and a TLS handshake, of the control connection in a probe"})
	ProbeData = row(Wait{Layer: ".", Name: "ProbeData", Kind: Bound, Default: 3 * time.Second,
		Setting: "ProbeOptions.Profile.DataConnectTimeout; Timeout, if that is shorter",
		Reason:  "a data connection of a probe, and its TLS handshake: where packets are dropped, or TLS stalls, up to seven have to be tried"})
	ProbeAbort = row(Wait{Layer: ".", Name: "ProbeAbort", Kind: Bound, Default: time.Second,
		Setting: "ProbeOptions.Profile.AbortTimeout",
		Reason:  "what is done to save a session of a probe whose data connection failed"})
	ProbeGreeting = row(Wait{Layer: ".", Name: "ProbeGreeting", Kind: Bound, Default: 3 * time.Second,
		Reason: "the first octet on a new connection, until implicit TLS is tried; if that fails, the greeting gets its full time",
		Server: "those with implicit TLS say nothing before the client does"})
	ProbePause = row(Wait{Layer: ".", Name: "ProbePause", Kind: Pause, Default: 200 * time.Millisecond,
		Setting: "ProbeOptions.Pause",
		Reason:  "between two connections of a probe"})
	ProbeFull = row(Wait{Layer: ".", Name: "ProbeFull", Kind: Pause, Default: 5 * time.Second,
		Reason: "a server that has too many users or connections, once; an earlier session of ours may be among them"})
)
