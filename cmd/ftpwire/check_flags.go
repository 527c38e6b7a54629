package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/ftpwire/ftpwire/conformance"
	"github.com/ftpwire/ftpwire/control"
)

const (
	ownData     = "the checks open and protect data connections in every way themselves"
	oneTimeout  = "--timeout bounds each wait of the checks; --connect-timeout the connection"
	ownCommands = "the checks send their own commands only, in their own order"
	rawBytes    = "the checks send names in UTF-8, and judge the server's"
	ownReplies  = "the checks judge the syntax of replies themselves"
)

// unchecked are the flags about connections that check has no use for, and why.
var unchecked = map[string]string{
	"reply-timeout": oneTimeout, "data-timeout": oneTimeout, "idle-timeout": oneTimeout, "final-timeout": oneTimeout,
	"close-timeout": "the checks do not wait for the goodbye",
	"quirk":         "the checks work around nothing: they report it", "no-quirk": "the checks work around nothing: they report it",
	"log-file": "the checks use several sessions; the report of --format json holds the dialogue of each", "log-contents": "the report holds the beginning of short contents only",
	"active": ownData, "data-mode": ownData, "epsv-all": ownData, "nat": "passive data connections always go to the host of the control connection",
	"any-peer": ownData, "active-peer-port": ownData, "block-port": ownData, "sync-data": ownData,
	"prot": ownData, "prot-list": ownData, "prot-files": ownData, "resume-tls": "the checks offer a session and judge what the server makes of it",
	"no-upload-probe": ownData, "ccc": "a check of its own tries CCC",
	"after": ownCommands, "client-name": ownCommands, "lang": "checks of their own try LANG", "no-feat": "checks of their own judge FEAT",
	"assume-feature": "checks of their own judge FEAT", "login-proxy": "it is the FTP proxy that would be checked",
	"strict-replies": ownReplies, "loose-replies": ownReplies, "send-buffer": ownData, "receive-buffer": ownData,
	"charset": rawBytes, "compress": "checks of their own try MODE Z", "compress-level": "checks of their own try MODE Z",
}

// hideUnchecked keeps the flags of no use out of the help and out of all advice.
func hideUnchecked(cmd *cobra.Command) {
	for name := range unchecked {
		cmd.Flags().Lookup(name).Hidden = true
	}
}

// refuseUnchecked refuses the flags of no use that were given.
func refuseUnchecked(cmd *cobra.Command) (err error) {
	cmd.Flags().Visit(func(f *pflag.Flag) {
		if why := unchecked[f.Name]; why != "" && err == nil {
			err = &usageError{err: fmt.Errorf("check has no use for --%s", f.Name), hint: strings.ToUpper(why[:1]) + why[1:] + "."}
		}
	})
	return err
}

// warnUnchecked says which settings of a stored connection are of no use here.
func (a *app) warnUnchecked(cmd *cobra.Command) {
	if a.conn == nil {
		return
	}
	var names []string
	for _, f := range storable(cmd, false) {
		if unchecked[f.Name] != "" && a.conn.flagValues(f.Name) != nil {
			names = append(names, keyOfFlag(f.Name).key)
		}
	}
	if slices.Sort(names); names != nil {
		a.warn(fmt.Sprintf("the checks do without these settings of the connection %s: %s", a.conn.name, strings.Join(names, ", ")))
	}
}

// withoutURL are the flags about connections that count for the embedded server, too.
var withoutURL = []string{"tls", "tls-min", "tls-max", "ciphers", "timeout", "connect-timeout", "retry", "retry-delay"}

// needsURL returns the first flag that has no meaning for the embedded server, or "".
func needsURL(cmd *cobra.Command) (name string) {
	cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
		about := slices.Contains(commonSections, sectionOf(f)) && !slices.Contains(withoutURL, f.Name)
		if name == "" && f.Changed && (about || f.Name == "other-host" || f.Name == "down-host") {
			name = f.Name
		}
	})
	return name
}

// traceLines returns what shows the lines of transcripts as the trace of a session, nil if
// nothing does.
func traceLines(trace func(control.TraceEvent)) func(conformance.Line) {
	return func(l conformance.Line) {
		kind := map[string]control.TraceKind{">": control.TraceSent, "<": control.TraceReceived}[l.Dir]
		if kind == 0 || strings.HasPrefix(l.Conn, "data") {
			kind = control.TraceNote
		}
		text := l.Conn + ": " + l.Text
		if kind == control.TraceNote && l.Dir != "*" {
			text = l.Conn + " " + l.Dir + " " + l.Text
		}
		trace(control.TraceEvent{Kind: kind, Text: text, Time: time.Now()})
	}
}
