package main

import (
	"bufio"
	"context"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/tlsx"
)

// An app is one run of the command: its streams, its environment and what all
// commands share.
type app struct {
	ctx     context.Context
	stdin   io.Reader
	stdout  io.Writer
	stderr  io.Writer
	env     func(string) (string, bool)
	quiet   bool
	verbose bool
	helpAll bool   // --help is to leave nothing out
	config  string // the file of stored connections, as --config names it

	conn         *connection     // that the command line names, if it does
	connProfile  ftpwire.Profile // of it, without what the flags say
	closeTimeout time.Duration   // of --close-timeout, 0 for the usual one
	keyring      keyringStore    // if nil, the system's
	unattended   bool            // nobody can be asked, not even by a program: for completion

	terminal func() bool // whether a person can be asked; replaced by tests
	asked    func(context.Context, *tlsx.CertificateQuestion) tlsx.Answer

	typed      map[login]string                              // what a person has typed in this run
	interrupt  func()                                        // ends ctx, as Ctrl-C does
	readSecret func(context.Context, string) (string, error) // asks a question at the terminal; if nil, on standard input

	begun time.Time // the run
	log   *logFile  // of --log-file, once a session has begun

	listed  []string    // by --files-from
	several bool        // the run is about several files: what is skipped is said in the summary
	many    *manyBar    // that shows its progress; nil if nothing does
	last    transferred // the file that was copied last

	tried *ftpwire.Profile // of the last session that was begun
	once  bool             // the transfer is from or to a stream: nothing of it can be repeated

	mu      sync.Mutex // guards stderr, which traces write to as well
	redact  protocol.Redactor
	warned  map[string]bool
	privacy *privacy             // of --log-private, nil without it
	recent  []control.TraceEvent // the last ones, for --verbose
	logged  bool                 // --log has printed them
}

// run carries out one command line and returns the exit code.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer, env func(string) (string, bool)) int {
	return newApp(ctx, stdin, stdout, stderr, env).run(args)
}

func newApp(ctx context.Context, stdin io.Reader, stdout, stderr io.Writer, env func(string) (string, bool)) *app {
	ctx, cancel := context.WithCancel(ctx)
	return &app{
		begun: time.Now(), ctx: ctx, interrupt: cancel, stdin: stdin, stdout: stdout, stderr: stderr, env: env, warned: map[string]bool{},
		terminal: func() bool { return isTerminal(stdin) && isTerminal(stderr) },
	}
}

func (a *app) run(args []string) int {
	a.learn(args)
	root := a.root()
	args = a.allHelp(afterCommand(root, args))
	root.SetArgs(a.forCompletion(args))
	root.SetIn(a.stdin)
	var unwritten error
	root.SetOut(maskWriter{a, a.stdout, &unwritten})
	root.SetErr(maskWriter{a, a.stderr, nil})
	cmd, err := root.ExecuteContextC(a.ctx)
	a.endLog()
	if err == nil {
		err = unwritten
	}
	if err == nil {
		return exitGood
	}
	return a.fail(cmd, args, err)
}

// root returns the command tree.
func (a *app) root() *cobra.Command {
	var version bool
	root := &cobra.Command{
		Use:   "ftpwire",
		Short: "FTP and FTPS: move files, check servers, serve for tests",
		Long: `ftpwire moves files by FTP and FTPS, checks FTP servers against the RFCs, and is
a server to test clients with.

URLs begin with ftpes:// (TLS by AUTH, port 21), ftps:// (TLS from the first byte,
port 990) or ftp:// (clear text); see "ftpwire help urls".`,
		Example: `  ftpwire ls ftpes://alice@ftp.example.com/pub/
  ftpwire get ftpes://alice@ftp.example.com/pub/report.pdf
  ftpwire check`,
		SilenceErrors:     true,
		SilenceUsage:      true,
		DisableAutoGenTag: true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if version || a.verbose {
				return a.printVersion("text")
			}
			cmd.SetOut(a.stderr)
			cmd.Help()
			return errNoCommand
		},
	}
	root.Flags().BoolVarP(&version, "version", "V", false, "print the version, as -v without a command does")
	root.PersistentFlags().BoolVarP(&a.quiet, "quiet", "q", false, "no progress bar, no warnings")
	root.PersistentFlags().BoolVarP(&a.verbose, "verbose", "v", false, "after an error, print what was said last")
	root.PersistentFlags().StringVar(&a.config, "config", "", "`FILE` of stored connections, in place of FTPWIRE_CONFIG and the usual one")
	root.SetFlagErrorFunc(flagError)
	root.AddGroup(
		&cobra.Group{ID: groupFiles, Title: "Files:"},
		&cobra.Group{ID: groupServers, Title: "Servers:"},
		&cobra.Group{ID: groupOther, Title: "Other:"},
	)
	for _, g := range []struct {
		id   string
		cmds []*cobra.Command
	}{
		{groupFiles, []*cobra.Command{a.lsCmd(), a.statCmd(), a.catCmd(), a.getCmd(), a.putCmd(), a.appendCmd(), a.fxpCmd(), a.rmCmd(), a.mvCmd(), a.mkdirCmd(), a.rmdirCmd(), a.chmodCmd(), a.touchCmd(), a.dfCmd(), a.hashCmd()}},
		{groupServers, []*cobra.Command{a.probeCmd(), a.checkCmd(), a.serveCmd(), a.quoteCmd(), a.replayCmd(), a.connectionCmd(), a.trustCmd()}},
		{groupOther, []*cobra.Command{a.parseCmd(), a.completionCmd(), a.manCmd(), a.versionCmd()}},
	} {
		for _, c := range g.cmds {
			c.GroupID = g.id
			root.AddCommand(c)
		}
	}
	a.takeConnections(root)
	a.completeTargets(root)
	root.AddCommand(topics()...)
	root.CompletionOptions.DisableDefaultCmd = true
	root.SetHelpFunc(func(cmd *cobra.Command, _ []string) { io.WriteString(cmd.OutOrStdout(), helpText(cmd, a.helpAll)) })
	root.SetHelpCommand(a.helpCmd())
	root.SetHelpCommandGroupID(groupOther)
	return root
}

// The groups of commands in the help.
const (
	groupFiles   = "files"
	groupServers = "servers"
	groupOther   = "other"
)

// warn prints a line on standard error, once for each text.
func (a *app) warn(text string) {
	if a.quiet {
		return
	}
	a.mu.Lock()
	again := a.warned[text]
	a.warned[text] = true
	a.mu.Unlock()
	if !again {
		a.say("ftpwire: warning: " + text)
	}
}

// say prints one line on standard error, secrets masked and control characters
// escaped.
func (a *app) say(line string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	io.WriteString(a.stderr, visible(a.redact.String(line))+"\n")
}

// masked returns s without the secrets in it.
func (a *app) masked(s string) string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.redact.String(s)
}

// secret makes a password known, so that it is masked even if a server echoes it.
func (a *app) secret(s string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.redact.Add(s)
}

// input returns standard input as a reader that ends with the context, even while nobody
// types.
func (a *app) input() io.Reader {
	if f, ok := a.stdin.(*os.File); ok {
		if info, err := f.Stat(); err == nil && info.Mode().IsRegular() {
			return f // never blocks, and the kernel can copy it
		}
	}
	r, w := io.Pipe()
	stop := context.AfterFunc(a.ctx, func() { w.CloseWithError(context.Cause(a.ctx)) })
	go func() {
		_, err := io.Copy(w, a.stdin)
		stop()
		w.CloseWithError(err)
	}()
	return r
}

// isTerminal reports whether a stream is a terminal.
func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// firstLine returns the first line of r, without its end.
func firstLine(r io.Reader) (string, error) {
	line, err := bufio.NewReader(io.LimitReader(r, 64<<10)).ReadString('\n')
	if err == io.EOF {
		err = nil
	}
	return strings.TrimRight(line, "\r\n"), err
}
