package main

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// logFlags are those that say what is told of a session, and where.
type logFlags struct {
	log, logSent, logReceived bool
	logFile                   string
	logContents, logPrivate   bool
}

func (f *logFlags) add(cmd *cobra.Command) {
	inSection(cmd, sectionLog, func(fs *pflag.FlagSet) {
		fs.Var(logSwitch{&f.log}, "log", "print on standard error what is sent and received, with times, secrets masked")
		fs.Lookup("log").NoOptDefVal = "true"
		fs.BoolVar(&f.logSent, "log-sent", false, "print what is sent")
		fs.BoolVar(&f.logReceived, "log-received", false, "print what is received")
		fs.StringVar(&f.logFile, "log-file", "", "write the session to `FILE`, for \"ftpwire replay\": the dialogue, listings, the length of files")
		fs.BoolVar(&f.logContents, "log-contents", false, "keep the contents of files in --log-file too, up to 1 MiB each")
		fs.BoolVar(&f.logPrivate, "log-private", false, "mask the user, hosts and addresses in all of these as well")
	})
}

// A logSwitch is the value of --log, a flag of type bool.
type logSwitch struct{ on *bool }

func (l logSwitch) String() string {
	if l.on == nil || !*l.on {
		return ""
	}
	return "true"
}

func (l logSwitch) Type() string { return "bool" }

func (l logSwitch) Set(s string) (err error) {
	if *l.on, err = strconv.ParseBool(s); err != nil {
		return fmt.Errorf("takes no value: --log-file %s writes a file", s)
	}
	return nil
}

// check refuses flags that would have no effect.
func (f *logFlags) check() error {
	switch {
	case f.logContents && f.logFile == "":
		return usagef("%w", errors.New("--log-contents is about --log-file, which is not given"))
	case f.logPrivate && !f.prints() && f.logFile == "":
		return usagef("%w", errors.New("--log-private is about --log and --log-file, which are not given"))
	}
	return nil
}

// prints reports whether something is printed.
func (f *logFlags) prints() bool { return f.log || f.logSent || f.logReceived }
