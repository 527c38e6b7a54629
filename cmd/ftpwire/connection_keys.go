package main

import (
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/control"
)

// Keys of the file that are no settings of a Profile.
const (
	keyGroup       = "group"
	keyPath        = "path"
	keyPassword    = "password"
	keyPFXPassword = "pfx_password"
	keyKeyring     = keyPassword + "_keyring"
	keyCertificate = "certificate"
	keyTrusted     = "trusted"
	keyLearned     = "learned"
)

// sourceSuffixes are what may stand after the key of a password, besides nothing.
var sourceSuffixes = []string{"_env", "_file", "_command", "_keyring"}

// secretKeys are those whose values are never shown.
var secretKeys = []string{keyPassword, keyPFXPassword, "account"}

// hidden stands for a secret.
const hidden = "********"

// masked returns the value of a key without what is never shown in it, and whether there is
// such a thing.
func masked(path []string, value any) (any, bool) {
	switch key := path[len(path)-1]; {
	case slices.Contains(secretKeys, key):
		return hidden, true
	case key == "proxy" || key == "login_proxy":
		return maskedURL(value)
	case key == "after":
		found := false
		lines := slices.Clone(list(value))
		for i, line := range lines {
			var after control.AfterLogin
			if text, ok := line.(string); ok && after.UnmarshalText([]byte(text)) == nil && after.Secret() {
				lines[i], found = hidden, true
			}
		}
		if found {
			return lines, true
		}
	}
	return value, false
}

// maskedURL masks the password of a proxy's URL.
func maskedURL(value any) (any, bool) {
	text, _ := value.(string)
	scheme, rest, ok := strings.Cut(text, "://")
	at := strings.LastIndex(rest, "@")
	user, _, colon := strings.Cut(rest[:max(at, 0)], ":")
	if !ok || at < 0 || !colon {
		return value, false
	}
	return scheme + "://" + user + ":" + hidden + rest[at:], true
}

// A flagKey says how a flag of the command line is called in the file, where that is not its
// name with underscores for hyphens.
type flagKey struct {
	key   string             // with dots: that of a Profile
	alone bool               // the key stands for several flags, and is not turned into this one
	store func(string) any   // the value of the key; if nil, the flag's
	show  func(any) []string // the values of the flag; if nil, the key's
}

var flagKeys = map[string]flagKey{
	"tls":              {key: "variant", alone: true},
	"auth-ssl":         {key: "variant", alone: true},
	"variant":          {key: "variant", alone: true},
	"ip":               {key: "address_family"},
	"ipv4":             {key: "address_family", alone: true, store: func(string) any { return "4" }},
	"ipv6":             {key: "address_family", alone: true, store: func(string) any { return "6" }},
	"bind":             {key: "local_address"},
	"data-timeout":     {key: "data_connect_timeout"},
	"prot-list":        {key: "list_protection"},
	"prot-files":       {key: "file_protection"},
	"acct":             {key: "account"},
	"acct-always":      {key: "login.account_always"},
	"prot":             {key: "data_protection"},
	"resume-tls":       {key: "resumption"},
	"data-identity":    {key: "identity"},
	"no-data-cert":     {key: "no_data_certificate"},
	"ccc":              {key: "clear_command_channel"},
	"sync-data":        {key: "sync_data_channel"},
	"active":           {key: "data_mode", alone: true, store: ifTrue("active")},
	"active-address":   {key: "data.active_addr"},
	"active-ports":     {key: "data.active_ports"},
	"any-peer":         {key: "data.any_peer"},
	"send-buffer":      {key: "data.send_buffer", store: sizeNumber},
	"receive-buffer":   {key: "data.receive_buffer", store: sizeNumber},
	"active-peer-port": {key: "data.peer_port"},
	"block-port":       {key: "data.blocked_ports"},
	"epsv-all":         {key: "data.epsv_all"},
	"charset":          {key: "code_page"},
	"tz":               {key: "time_zone"},
	"dialect":          {key: "list.lines.dialect"},
	"virtual-host":     {key: "login.virtual_host"},
	"lang":             {key: "login.language"},
	"client-name":      {key: "login.client_name"},
	"no-feat":          {key: "login.no_feat"},
	"assume-feature":   {key: "login.assume_features"},
	"all":              {key: "list.all"},
	"stat":             {key: "list.by_stat"},
	"otp":              {key: "login.one_time"},
	"after":            {key: "login.after"},
	"quirk":            {key: "quirks.force"},
	"no-quirk":         {key: "quirks.forbid"},
	"accept-new":       {key: "verify.accept_new"},
	"pin":              {key: "verify.pins"},
	"trust-file":       {key: "trust"},
	"ciphers":          {key: "cipher_suites"},
	"speed-limit":      {key: "lowest_rate", store: number},
	"speed-time":       {key: "lowest_time"},
	"ascii":            {key: "type", alone: true, store: ifTrue("ascii")},
	"proxy-data":       {key: "direct_data", store: func(s string) any { return s == "false" }, show: func(v any) []string { return []string{fmt.Sprint(v != true)} }},
	"skip-cert-check":  {key: "verify"},
}

// ifTrue returns what a flag without a value stands for.
func ifTrue(value string) func(string) any {
	return func(text string) any {
		if text != "true" {
			return nil
		}
		return value
	}
}

// sizeNumber returns the number that a size such as 64k stands for.
func sizeNumber(s string) any {
	n, err := bytesOf(s, "size", "one byte")
	if err != nil {
		return s
	}
	return n
}

func number(s string) any {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return s
	}
	return n
}

// notStored are flags of the commands that connect which are no settings of a connection.
var notStored = []string{"format", "log", "log-file", "log-private", "quiet", "config", "help", "password-file", "port", "no-proxy"}

// fileFlags name local files. They are stored with their whole path.
var fileFlags = []string{"ca", "cert", "key", "pfx", "proxy-ca", "trust-file"}

// settingKeys are the keys of a Profile.
var settingKeys = sync.OnceValue(ftpwire.SettingKeys)

// isSetting reports whether a key is that of a Profile.
func isSetting(key string) bool { return slices.Contains(settingKeys(), key) }

// keyOfFlag returns how a flag is called in the file.
func keyOfFlag(name string) flagKey {
	if k, ok := flagKeys[name]; ok {
		return k
	}
	return flagKey{key: strings.ReplaceAll(name, "-", "_")}
}

// flagValue returns what is stored for the value of a flag.
func flagValue(f *pflag.Flag) any {
	k := keyOfFlag(f.Name)
	if list, ok := f.Value.(pflag.SliceValue); ok {
		values := []any{}
		for _, v := range list.GetSlice() {
			values = append(values, v)
		}
		return values
	}
	text := f.Value.String()
	switch {
	case k.store != nil:
		return k.store(text)
	case f.Value.Type() == "bool":
		return text == "true"
	case f.Value.Type() == "int":
		return number(text)
	case slices.Contains(fileFlags, f.Name) && text != "":
		return wholePath(text)
	}
	return text
}

// storable yields the flags of cmd that are settings of a connection, those that were given
// or all.
func storable(cmd *cobra.Command, given bool) (flags []*pflag.Flag) {
	visit := cmd.Flags().VisitAll
	if given {
		visit = cmd.Flags().Visit
	}
	visit(func(f *pflag.Flag) {
		if slices.Contains(storableNames(), f.Name) {
			flags = append(flags, f)
		}
	})
	return flags
}

// storableNames are the flags that are settings of a connection.
var storableNames = sync.OnceValue(func() (names []string) {
	cmd := &cobra.Command{}
	addStorable(cmd)
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if !slices.Contains(notStored, f.Name) {
			names = append(names, f.Name)
		}
	})
	return names
})

// lookup returns the value of a key with dots, nil if there is none.
func lookup(values map[string]any, key string) any {
	first, rest, more := strings.Cut(key, ".")
	if !more {
		return values[first]
	}
	below, _ := values[first].(map[string]any)
	return lookup(below, rest)
}

// assign sets the value of a key with dots, or removes it if the value is nil.
func assign(values map[string]any, key string, value any) {
	first, rest, more := strings.Cut(key, ".")
	if !more {
		if value == nil {
			delete(values, first)
		} else {
			values[first] = value
		}
		return
	}
	below, ok := values[first].(map[string]any)
	if !ok {
		if value == nil {
			return
		}
		below = map[string]any{}
		values[first] = below
	}
	if assign(below, rest, value); len(below) == 0 {
		delete(values, first)
	}
}

// clone returns a copy of values whose maps are its own.
func clone(values map[string]any) map[string]any {
	c := make(map[string]any, len(values))
	for k, v := range values {
		if below, ok := v.(map[string]any); ok {
			v = clone(below)
		}
		c[k] = v
	}
	return c
}

// wholePath returns the path of a local file, from the root.
func wholePath(name string) string {
	if whole, err := filepath.Abs(name); err == nil {
		return whole
	}
	return name
}

// flagWord returns a value as the flag takes it: flags with a fixed set of words have them in
// small letters.
func flagWord(v pflag.Value, s string) string {
	if ch, ok := v.(*choice); ok && !slices.Contains(ch.words, s) {
		return strings.ToLower(s)
	}
	return s
}
