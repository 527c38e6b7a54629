package main

import (
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/ftpwire/ftpwire/conformance/ftptest"
)

// faults checks the names of faults.
func faults(names []string) ([]ftptest.Fault, error) {
	var found []ftptest.Fault
	for _, name := range names {
		var near []string
		known := false
		for _, info := range ftptest.Faults() {
			known = known || string(info.Name) == name
			if similar(name, string(info.Name)) {
				near = append(near, string(info.Name))
			}
		}
		if !known {
			return nil, &usageError{err: fmt.Errorf("unknown fault %q", name), hint: suggestion(near, `"ftpwire serve --fault help" lists them.`)}
		}
		found = append(found, ftptest.Fault(name))
	}
	return found, nil
}

func listFaults(w io.Writer) error {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, info := range ftptest.Faults() {
		fmt.Fprintf(tw, "%s\t%s\n", info.Name, info.Doc)
	}
	return tw.Flush()
}

func completeFaults(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
	var names []cobra.Completion
	for _, info := range ftptest.Faults() {
		names = append(names, cobra.CompletionWithDesc(string(info.Name), info.Doc))
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}
