package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/protocol/errtext"
	"github.com/ftpwire/ftpwire/tlsx"
)

// verifyFlags say how the server's certificate is judged.
type verifyFlags struct {
	acceptNew bool
	trustFile string
	pins      []string
	skip      *choices // nil for commands that judge in their own way
}

func (f *verifyFlags) add(cmd *cobra.Command) {
	inSection(cmd, sectionCertificate, func(fs *pflag.FlagSet) {
		fs.BoolVar(&f.acceptNew, "accept-new", false, "accept and remember the certificate of a server that was not seen before; refuse a changed one")
		fs.StringArrayVar(&f.pins, "pin", nil, "certificate or public key that the server must have: cert-sha256:HEX or sha256//BASE64, a `PIN` as \"ftpwire trust show\" prints it (repeatable)")
		f.skip = &choices{words: []string{"name", "dates", "chain"}}
		fs.Var(f.skip, "skip-cert-check", "leave out these checks of the certificate")
		cmd.RegisterFlagCompletionFunc("skip-cert-check", cobra.FixedCompletions(f.skip.words, cobra.ShellCompDirectiveNoFileComp))
	})
	f.addTrustFile(cmd)
}

// addTrustFile adds --trust-file.
func (f *verifyFlags) addTrustFile(cmd *cobra.Command) {
	inSection(cmd, sectionCertificate, func(fs *pflag.FlagSet) {
		fs.StringVar(&f.trustFile, "trust-file", "", "`FILE` of accepted certificates (default: FTPWIRE_TRUST, or ftpwire/trusted in the configuration directory)")
	})
}

// applyVerify says how p judges certificates. It does nothing for commands without these
// flags.
func (a *app) applyVerify(f *connFlags, p *ftpwire.Profile) error {
	if f.skip == nil {
		return nil
	}
	pins, err := readPins(f.pins)
	if err != nil {
		return err
	}
	if f.insecure {
		if f.acceptNew || len(pins) > 0 || f.skip.String() != "" {
			return usagef("--insecure accepts any certificate: it excludes --pin, --accept-new and --skip-cert-check")
		}
		return nil
	}
	if p.Variant == ftpwire.VariantFTP {
		return nil
	}
	v := &tlsx.Verification{
		SkipName: f.skip.has("name"), SkipDates: f.skip.has("dates"), SkipChain: f.skip.has("chain"),
		Pins: pins, AcceptNew: f.acceptNew,
	}
	if v.Trust, err = a.optionalStore(f); err != nil {
		return err
	}
	if f.passwordFile != "-" && a.terminal() {
		v.Ask = a.asker(v.Trust)
	}
	p.Verify = v
	return nil
}

// optionalStore returns the trust store of a command that can work without one: nil if
// there is no place for it.
func (a *app) optionalStore(f *connFlags) (*tlsx.TrustStore, error) {
	path, named := a.trustPath(f.trustFile)
	if path == "" {
		if f.acceptNew {
			return nil, &usageError{err: errors.New("--accept-new: there is no file to remember certificates in"), hint: noTrustFile}
		}
		return nil, nil
	}
	store, err := tlsx.OpenTrustStore(path)
	if err == nil {
		return store, nil
	}
	if named || f.acceptNew {
		return nil, cannot(err)
	}
	a.warn("accepted certificates are not known: " + errtext.Of(err))
	return nil, nil
}

func readPins(lists []string) (pins []tlsx.Pin, err error) {
	for _, list := range lists {
		more, err := tlsx.ParsePins(list)
		if err != nil {
			return nil, &usageError{
				err:  errtext.Errorf("--pin: %w", err),
				hint: `"ftpwire trust show URL" prints the pin of a server's key; the pin of a certificate is cert-sha256: and its SHA-256.`,
			}
		}
		pins = append(pins, more...)
	}
	return pins, nil
}

// warnSkipped says which checks were left out without another check in their place.
func (a *app) warnSkipped(f *connFlags) {
	if f.skip.String() == "" || len(f.pins) > 0 {
		return
	}
	var what []string
	for _, word := range f.skip.words {
		if f.skip.has(word) {
			what = append(what, word)
		}
	}
	verb := "were"
	if len(what) == 1 && what[0] != "dates" {
		verb = "was"
	}
	a.warn(fmt.Sprintf("%s of the server's certificate %s not checked (--skip-cert-check); --pin would make sure that it is the right one", enumerate(what), verb))
}

// enumerate returns "a", "a and b" or "a, b and c".
func enumerate(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " and " + words[last]
}
