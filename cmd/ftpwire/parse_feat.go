package main

import (
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ftpwire/ftpwire/parse"
)

// maxText is the longest text that feat reads.
const maxText = 4 << 20

func (a *app) parseFeatCmd() *cobra.Command {
	return &cobra.Command{
		Use:   "feat [FILE]",
		Short: "The reply to FEAT",
		Long: `Reads the lines of a reply to FEAT, with or without the first and the last line, and
prints one JSON object for each feature: name, and args if there are any.`,
		Example: "  ftpwire quote ftpes://alice@ftp.example.com/ FEAT | sed -n 's/^< //p' | ftpwire parse feat",
		Args:    nargs(0, 1, ""),
		RunE: func(_ *cobra.Command, args []string) error {
			r, err := a.open(args)
			if err != nil {
				return err
			}
			defer r.Close()
			text, err := io.ReadAll(io.LimitReader(r, maxText+1))
			if err != nil {
				return err
			}
			if len(text) > maxText {
				return usagef("the text is longer than %d bytes", maxText)
			}
			var lines []string
			for line := range strings.Lines(string(text)) {
				lines = append(lines, strings.TrimRight(line, "\r\n"))
			}
			for name, rest := range parse.Feat(lines).All() {
				if err := writeJSON(a.stdout, featureJSON{name, rest}); err != nil {
					return err
				}
			}
			return nil
		},
	}
}

type featureJSON struct {
	Name string `json:"name"`
	Args string `json:"args,omitempty"`
}
