package patience

import "time"

// Waits of the command.
var (
	Completion = row(Wait{Layer: "cmd/ftpwire", Name: "Completion", Kind: Bound, Default: 3 * time.Second,
		Reason: "listing a remote directory for the Tab key of a shell: who types does not wait longer"})
	StoreLock = row(Wait{Layer: "cmd/ftpwire", Name: "StoreLock", Kind: Bound, Default: 30 * time.Second,
		Reason: "other processes that change the stored connections; the system frees the lock of one that has died"})
	QuitAtEnd = row(Wait{Layer: "cmd/ftpwire", Name: "QuitAtEnd", Kind: Bound, Default: 5 * time.Second,
		Reason: "the farewell when everything is done"})
	QuitAfterFailure = row(Wait{Layer: "cmd/ftpwire", Name: "QuitAfterFailure", Kind: Bound, Default: time.Second,
		Reason: "the farewell when something failed"})
	SignalCleanup = row(Wait{Layer: "cmd/ftpwire", Name: "SignalCleanup", Kind: Bound, Default: 3 * time.Second,
		Reason: "what is done for order's sake after a signal"})
	SameSignal = row(Wait{Layer: "cmd/ftpwire", Name: "SameSignal", Kind: Pause, Default: time.Second,
		Reason: "signals that come that soon after the first are part of it: timeout(1) sends its signal twice"})
	Replay = row(Wait{Layer: "cmd/ftpwire", Name: "Replay", Kind: Bound, Default: 10 * time.Second,
		Reason: "each wait of `ftpwire replay`"})
	Check = row(Wait{Layer: "cmd/ftpwire", Name: "Check", Kind: Bound, Default: 10 * time.Minute,
		Setting: "--max-time",
		Reason:  "all checks together; then the report says what is known"})
	ProgressBar = row(Wait{Layer: "cmd/ftpwire", Name: "ProgressBar", Kind: Interval, Default: 100 * time.Millisecond,
		Reason: "from one drawing of the progress bar to the next"})
)
