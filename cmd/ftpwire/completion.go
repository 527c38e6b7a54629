package main

import (
	"fmt"

	"github.com/spf13/cobra"
)

// completionCmd replaces cobra's, which returns 0 for a shell that it does not know.
func (a *app) completionCmd() *cobra.Command {
	return &cobra.Command{
		Use:   "completion bash|zsh|fish|powershell",
		Short: "Print a script that makes a shell complete ftpwire's command lines",
		Long:  "Prints a script that makes a shell complete commands, flags and their values.",
		Example: `  source <(ftpwire completion bash)
  ftpwire completion zsh > "${fpath[1]}/_ftpwire"
  ftpwire completion fish > ~/.config/fish/completions/ftpwire.fish`,
		ValidArgs: []string{"bash", "zsh", "fish", "powershell"},
		Args:      nargs(1, 1, "which shell: bash, zsh, fish or powershell?"),
		RunE: func(cmd *cobra.Command, args []string) error {
			root := cmd.Root()
			switch args[0] {
			case "bash":
				return bashCompletion(a.stdout, root)
			case "zsh":
				return root.GenZshCompletion(a.stdout)
			case "fish":
				return root.GenFishCompletion(a.stdout, true)
			case "powershell":
				return root.GenPowerShellCompletionWithDesc(a.stdout)
			}
			return &usageError{err: fmt.Errorf("no completion for the shell %q", args[0]), hint: "There is one for bash, zsh, fish and powershell."}
		},
	}
}
