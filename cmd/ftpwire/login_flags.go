package main

import (
	"errors"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/protocol/errtext"
)

// loginFlags add to user and password.
type loginFlags struct {
	virtualHost, lang, clientName string
	noFeat                        bool
	oneTime                       *choice // nil for commands that do not log in through the client
	after, assumed                []string
	loginProxy                    string
	charset                       string

	proxy *proxyAddress // of loginProxy, once it was read
}

func (f *loginFlags) add(cmd *cobra.Command) {
	inSection(cmd, sectionLogin, func(fs *pflag.FlagSet) {
		fs.StringVar(&f.virtualHost, "virtual-host", "", "ask for the virtual host `NAME` (HOST) before the login")
		fs.StringVar(&f.lang, "lang", "", "ask for replies in the language `TAG` (LANG), such as en or fr-CA")
		fs.StringVar(&f.clientName, "client-name", "", "tell the server this `TEXT` as the client's name (CLNT)")
		fs.BoolVar(&f.noFeat, "no-feat", false, "do not ask for the server's features (FEAT), for servers that never answer it")
		fs.StringArrayVar(&f.assumed, "assume-feature", nil, "take `FEATURES` for listed in FEAT, separated by commas, such as SIZE,MDTM or \"REST STREAM\", for servers without FEAT (repeatable)")
		f.oneTime = addChoice(cmd, "otp", "auto", "auto|never|require", "answer a challenge with a one-time password made of the password: auto does so if the server sends one, never does not, require refuses to log in without one")
		fs.StringArrayVar(&f.after, "after", nil, "send `COMMAND` after the login, such as \"SITE UMASK 022\"; with a hyphen before it, it may fail (repeatable)")
		fs.StringVar(&f.loginProxy, "login-proxy", "", "log in through an FTP `PROXY`, KIND://[USER@]HOST[:PORT]; \"ftpwire help proxies\" explains it")
		addCharset(cmd, &f.charset)
	})
}

// applyLogin says what p logs in with besides user and password.
func (f *connFlags) applyLogin(p *ftpwire.Profile) error {
	if f.oneTime == nil {
		return nil
	}
	o := &p.Login
	for flag, text := range map[string]string{"--virtual-host": f.virtualHost, "--lang": f.lang, "--client-name": f.clientName} {
		if strings.ContainsAny(text, "\r\n\x00") {
			return usagef("%s can't hold CR, LF or NUL", flag)
		}
	}
	o.VirtualHost, o.Language, o.ClientName = f.virtualHost, f.lang, f.clientName
	o.NoFeat = f.noFeat
	o.AssumeFeatures = assumedFeatures(f.assumed)
	o.OneTime = map[string]control.OneTime{"never": control.OneTimeNever, "require": control.OneTimeRequire}[f.oneTime.value]
	var err error
	if o.After, err = afterLogin(f.after); err != nil {
		return err
	}
	if _, err := codePage(f.charset); err != nil {
		return err
	}
	p.CodePage = f.charset
	return f.applyProxy(p)
}

// assumedFeatures reads the values of --assume-feature.
func assumedFeatures(values []string) (lines []string) {
	for _, v := range values {
		for line := range strings.SplitSeq(v, ",") {
			if line = strings.TrimSpace(line); line != "" {
				lines = append(lines, line)
			}
		}
	}
	return lines
}

// afterLogin reads the values of --after.
func afterLogin(lines []string) ([]control.AfterLogin, error) {
	var after []control.AfterLogin
	for _, line := range lines {
		command, mayFail := strings.CutPrefix(line, "-")
		if _, err := rawCommand(command); err != nil {
			u, _ := errors.AsType[*usageError](err)
			return nil, &usageError{err: errtext.Errorf("--after: %w", u.err), hint: u.hint}
		}
		after = append(after, control.AfterLogin{Command: command, MayFail: mayFail})
	}
	return after, nil
}
