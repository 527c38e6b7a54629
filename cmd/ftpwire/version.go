package main

import (
	"fmt"
	"io"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// A build says what this binary was made of.
type build struct {
	Version  string `json:"version"`
	Go       string `json:"go"`
	Platform string `json:"platform"`
	Revision string `json:"revision,omitempty"`
	Time     string `json:"time,omitempty"` // of the revision
	Modified bool   `json:"modified,omitempty"`
}

func readBuild() build {
	b := build{Version: "(unknown)", Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return b
	}
	if info.Main.Version != "" {
		b.Version = info.Main.Version
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			b.Revision = s.Value
		case "vcs.time":
			b.Time = s.Value
		case "vcs.modified":
			b.Modified = s.Value == "true"
		}
	}
	return b
}

func (a *app) versionCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "version",
		Short:   "Print the version",
		Long:    "Prints the version of this binary, the Go version it was built with, and the revision of its source.\n\"ftpwire --version\" and \"ftpwire -v\" print the same. With a command, -v is --verbose.",
		Example: "  ftpwire version",
		Args:    nargs(0, 0, ""),
	}
	format := addFormat(cmd, "lines for people, or one JSON object")
	cmd.RunE = func(*cobra.Command, []string) error { return a.printVersion(format.value) }
	return cmd
}

func (a *app) printVersion(format string) error {
	b := readBuild()
	if format == "json" {
		return writeJSON(a.stdout, b)
	}
	text := fmt.Sprintf("ftpwire %s, %s %s\n", b.Version, b.Go, b.Platform)
	if b.Revision != "" {
		modified := ""
		if b.Modified {
			modified = ", modified"
		}
		text += fmt.Sprintf("revision %s of %s%s\n", b.Revision, b.Time, modified)
	}
	_, err := io.WriteString(a.stdout, text)
	return err
}
