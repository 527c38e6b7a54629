package main

import "github.com/spf13/cobra"

func (a *app) appendCmd() *cobra.Command {
	var f connFlags
	cmd := &cobra.Command{
		Use:   "append FILE URL",
		Short: "Add a file to the end of one on a server",
		Long: `Adds a file to the end of one on a server (APPE), which is made if it is not there. "-" is
standard input. It is the same as "ftpwire put --append".

If the server tells sizes, exit code 0 also means that the file has grown by what was
sent. After a failure, ftpwire says what the file has now: nothing is sent twice, and
--retry only connects again.`,
		Example: `  ftpwire append today.log ftpes://alice@ftp.example.com/logs/all.log
  date | ftpwire append - ftpes://alice@ftp.example.com/logs/runs.txt`,
		Args: nargs(2, 2, "FILE and URL are needed"),
	}
	f.addFileFlags(cmd)
	f.append = true
	f.transferFlags.add(cmd, false)
	cmd.RunE = func(_ *cobra.Command, args []string) error { return a.put(&f, args[0], args[1]) }
	return cmd
}
