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
		Reason: "a data connection of `ftpwire replay`, and a line to write"})
	ReplayCommand = row(Wait{Layer: "cmd/ftpwire", Name: "ReplayCommand", Kind: Bound, Default: 10 * time.Minute,
		Reason: "the next command to `ftpwire replay`: the client may wait in between, as it did when it was recorded"})
	ReplaySilence = row(Wait{Layer: "cmd/ftpwire", Name: "ReplaySilence", Kind: Bound, Default: 10 * time.Minute,
		Reason: "the client of `ftpwire replay` ends a connection on which the recorded server fell silent"})
	ReplayUnfinished = row(Wait{Layer: "cmd/ftpwire", Name: "ReplayUnfinished", Kind: Pause, Default: 300 * time.Millisecond,
		Reason: "after data that did not end in order, `ftpwire replay` lets the client take it before it says more"})
	ReplayDeaf = row(Wait{Layer: "cmd/ftpwire", Name: "ReplayDeaf", Kind: Bound, Default: 100 * time.Millisecond,
		Reason: "a connection that `ftpwire replay` makes to its own port, to see that it does not answer any more"})
	SlowReply = row(Wait{Layer: "cmd/ftpwire", Name: "SlowReply", Kind: Bound, Default: 100 * time.Millisecond,
		Reason: "what took longer has its duration in the log; less is little more than the way there and back"})
	ReplayEnd = row(Wait{Layer: "cmd/ftpwire", Name: "ReplayEnd", Kind: Bound, Default: 2 * time.Second,
		Reason: "the client of `ftpwire replay` ends a connection of which all has been played"})
	Check = row(Wait{Layer: "cmd/ftpwire", Name: "Check", Kind: Bound, Default: 10 * time.Minute,
		Setting: "--max-time",
		Reason:  "all checks together; then the report says what is known"})
	ProgressWindow = row(Wait{Layer: "cmd/ftpwire", Name: "ProgressWindow", Kind: Interval, Default: 5 * time.Second,
		Reason: "how far back the rate beside the progress bar looks"})

	ProgressBar = row(Wait{Layer: "cmd/ftpwire", Name: "ProgressBar", Kind: Interval, Default: 100 * time.Millisecond,
		Reason: "from one drawing of the progress bar to the next"})

	ProgressLine = row(Wait{Layer: "cmd/ftpwire", Name: "ProgressLine", Kind: Interval, Default: 10 * time.Second,
		Reason: "from one line about the progress of several files to the next, where standard error is no terminal"})
)
