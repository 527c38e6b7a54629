package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// otherWords are the words of other programs, and what does the same here: names of commands,
// or a sentence.
var otherWords = byWord(map[string][]string{
	"dir list ll nlst mlsd nlist rels ldir find tree glob": {"ls"},
	"del delete erase unlink remove dele mrm mdelete":      {"rm", "rmdir"},
	"rd deltree":                             {"rmdir"},
	"md mkd makedir":                         {"mkdir"},
	"ren rename move rn mmv":                 {"mv"},
	"upload send stor store mput reput push": {"put"},
	"appe":                                   {"append"},
	"download fetch retrieve recv receive retr mget reget newer pull wget curl pget": {"get"},
	"cp copy scp pcp transfer":                                                   {"get", "put", "fxp"},
	"mirror rsync sync synchronize backup":                                       {"sync", "get", "put"},
	"size mdtm modtime exists info mlst status":                                  {"stat"},
	"more less type page print zcat":                                             {"cat"},
	"sum checksum md5 md5sum sha1 sha256 sha256sum crc crc32 xcrc verify":        {"hash"},
	"perm permissions chown attrib":                                              {"chmod"},
	"space quota du free avbl":                                                   {"df"},
	"site raw literal rhelp rstatus system syst feat features command exec noop": {"quote"},
	"test scan ping diagnose detect discover doctor debug explain why":           {"probe", "check"},
	"conformance validate lint audit compliance":                                 {"check"},
	"server daemon listen ftpd start mock":                                       {"serve"},
	"play simulate":                                                              {"replay"},
	"certificate certificates cert certs tls ssl known_hosts fingerprint":        {"trust"},
	"profile profiles bookmark bookmarks account accounts connections site-manager config configure store save": {"connection"},
	"manual":                    {"man"},
	"cd cwd chdir pwd lcd cdup": {"Each command takes the whole path, as in \"ftpwire ls ftpes://HOST/PATH\": there is no working directory between commands."},
	"open connect login logon user session shell interactive ftp sftp lftp close quit bye exit": {"There is no session to open: each command connects by itself, as in \"ftpwire ls ftpes://USER@HOST/\". \"ftpwire connection add NAME URL\" stores a server."},
	"ascii binary image passive pasv prompt hash-marks verbose":                                 {"That is a flag of the commands that transfer; \"ftpwire get --help\" lists them."},
})

// byWord returns the map with a key for each word of the keys.
func byWord(lines map[string][]string) map[string][]string {
	m := map[string][]string{}
	for words, values := range lines {
		for word := range strings.FieldsSeq(words) {
			m[word] = values
		}
	}
	return m
}

// suggestCommand returns what to say to a command below cmd that there is not.
func suggestCommand(cmd *cobra.Command, name string) string {
	rest := fmt.Sprintf("%q lists the commands.", cmd.CommandPath()+" --help")
	if !cmd.HasParent() {
		if hint := urlWithoutCommand(name); hint != "" {
			return hint
		}
	}
	var near []string
	for _, word := range otherWords[strings.ToLower(name)] {
		switch {
		case strings.Contains(word, " ") && !cmd.HasParent():
			return word
		case commandNamed(cmd, word) != nil:
			near = append(near, word)
		}
	}
	for _, c := range cmd.Commands() {
		if c.Runnable() && !c.Hidden && len(near) == 0 && (similar(name, c.Name()) || strings.HasPrefix(c.Name(), name) || slices.Contains(c.SuggestFor, name)) {
			near = append(near, c.Name())
		}
	}
	return suggestion(near, rest)
}

// urlWithoutCommand returns what to say to what looks like a server in place of a command.
func urlWithoutCommand(arg string) string {
	switch {
	case strings.Contains(arg, "://"):
		return fmt.Sprintf("A command goes before a URL, as in \"ftpwire ls %s\"; \"ftpwire --help\" lists the commands.", visible(arg))
	case strings.ContainsAny(arg, ".:") && !strings.HasPrefix(arg, "."):
		return "A command goes before a server, as in \"ftpwire probe HOST\", which finds out how to connect, or \"ftpwire ls ftpes://HOST/\"."
	}
	return ""
}
