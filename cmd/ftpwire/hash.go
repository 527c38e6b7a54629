package main

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/parse"
)

func (a *app) hashCmd() *cobra.Command {
	var f connFlags
	var algorithm, check string
	cmd := &cobra.Command{
		Use:   "hash URL",
		Short: "Print the server's hash of a file",
		Long: `Lets the server compute the hash of a file and prints it as sha256sum does. The file is
not transferred. The command is HASH, XSHA256 or a similar one, XMD5, XCRC or MD5,
whichever the server has. Without --algorithm, the hash is the best that it offers.

With --check, FILE is hashed here and compared, and OK or FAILED is printed. The exit
code is 1 if they differ, or if the server computes no such hash.`,
		Example: `  ftpwire hash ftpes://alice@ftp.example.com/pub/disk.img
  ftpwire hash --algorithm md5 --format json ftpes://alice@ftp.example.com/pub/disk.img
  ftpwire hash --check disk.img ftpes://alice@ftp.example.com/pub/disk.img`,
		Args: nargs(1, 1, "a URL is missing"),
	}
	f.addClientFlags(cmd)
	f.retryFlags.add(cmd)
	cmd.Flags().StringVar(&algorithm, "algorithm", "", "compute this hash: `NAME` is one of "+strings.Join(shortNames(), ", ")+" (default: the best that the server offers)")
	cmd.Flags().StringVar(&check, "check", "", "compare with the local `FILE`")
	format := addFormat(cmd, "a line as of sha256sum, or one JSON object")
	cmd.RegisterFlagCompletionFunc("algorithm", cobra.FixedCompletions(shortNames(), cobra.ShellCompDirectiveNoFileComp))
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		name, err := algorithmNamed(algorithm)
		if err != nil {
			return err
		}
		l, err := a.locateFile(&f, args[0])
		if err != nil {
			return err
		}
		h := hashing{name: name, local: check, json: format.value == "json"}
		if err := h.open(); err != nil {
			return err
		}
		defer h.close()
		return a.askingAt(&f, l, func(c *ftpwire.Client) error { return onPath(l.Path, a.hash(c, l.Path, &h)) })
	}
	return cmd
}

// shortNames are the algorithms as people type them.
func shortNames() (names []string) {
	for alg := range parse.HashAlgorithms() {
		names = append(names, alg.Short())
	}
	return names
}

// algorithmNamed returns the name that the library has for an algorithm, "" for "".
func algorithmNamed(s string) (string, error) {
	if s == "" {
		return "", nil
	}
	alg, ok := parse.HashAlgorithmNamed(s)
	if !ok {
		return "", usagef("--algorithm: %q is none of %s", s, strings.Join(shortNames(), ", "))
	}
	return alg.Name, nil
}

// A hashing is one run of the command.
type hashing struct {
	name  string // of the algorithm, "" for the server's best
	local string // the file to compare with
	file  *os.File
	json  bool
}

// open opens the local file first, so that the server is not bothered if it can't be
// read.
func (h *hashing) open() (err error) {
	if h.local == "" {
		return nil
	}
	if h.file, err = os.Open(h.local); err != nil {
		return cannot(err)
	}
	if info, err := h.file.Stat(); err == nil && info.IsDir() {
		return usagef("--check: %s: is a directory", h.local)
	}
	return nil
}

func (h *hashing) close() {
	if h.file != nil {
		h.file.Close()
	}
}

type hashJSON struct {
	Path      string `json:"path"`
	Algorithm string `json:"algorithm"`
	Sum       string `json:"sum"`
	Command   string `json:"command"`
	Local     string `json:"local,omitempty"`
	LocalSum  string `json:"local_sum,omitempty"`
	Same      *bool  `json:"same,omitempty"`

	Error *failureJSON `json:"error,omitempty"`
}

func (a *app) hash(c *ftpwire.Client, path string, h *hashing) error {
	sum, err := c.Hash(a.ctx, path, h.name)
	if err != nil {
		return noHash(c, err)
	}
	out := hashJSON{Path: path, Algorithm: sum.Algorithm, Sum: sum.Sum, Command: string(sum.By), Local: h.local}
	if h.file != nil {
		if out.LocalSum, err = localSum(h.file, sum.Algorithm); err != nil {
			return err
		}
		out.Same = new(out.LocalSum == sum.Sum)
	}
	if out.Same != nil && !*out.Same {
		err = &ftpwire.MismatchError{Path: path, What: sum.Algorithm, Local: out.LocalSum, Remote: sum.Sum}
		err = &outcomeError{&kindError{err, ftpwire.KindOther}, func(e *failureJSON) any { out.Error = e; return out }}
		if h.json {
			return err
		}
	}
	if werr := a.printHash(h, out); werr != nil {
		return werr
	}
	return err
}

func (a *app) printHash(h *hashing, out hashJSON) (err error) {
	switch {
	case h.json:
		return writeJSON(a.stdout, out)
	case out.Same == nil:
		_, err = fmt.Fprintf(a.stdout, "%s  %s\n", out.Sum, visibleName(out.Path))
	case *out.Same:
		_, err = fmt.Fprintf(a.stdout, "%s: OK (%s)\n", visibleName(out.Path), out.Algorithm)
	default:
		_, err = fmt.Fprintf(a.stdout, "%s: FAILED (%s)\n", visibleName(out.Path), out.Algorithm)
	}
	return err
}

// noHash says which other hashes there are.
func noHash(c *ftpwire.Client, err error) error {
	u, ok := errors.AsType[*control.HashUnsupportedError](err)
	if offers := c.Conn().HashAlgorithms(); ok && u.Algorithm != "" && len(offers) > 0 {
		return &hintError{err: err, hint: "The server offers " + strings.Join(offers, ", ") + " (--algorithm)."}
	}
	return err
}

// localSum hashes a file.
func localSum(r io.Reader, name string) (string, error) {
	alg, ok := parse.HashAlgorithmNamed(name)
	if !ok {
		return "", fmt.Errorf("the server hashed by %s, which is not known here", name)
	}
	h := alg.New()
	_, err := io.Copy(h, r)
	return hex.EncodeToString(h.Sum(nil)), err
}
