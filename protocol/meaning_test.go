package protocol

import (
	"fmt"
	"strings"
	"testing"
)

func TestMeaningOf(t *testing.T) {
	tests := []struct {
		code Code
		verb Verb
		text string
		want Meaning
	}{
		// Logins: too many now.
		{530, "PASS", "Sorry, the maximum number of clients (50) for this user are already connected.", TooManyUsers},
		{421, "PASS", "Too many connections from your IP", TooManyUsers},
		{421, "PASS", "Too many connections (8) from this IP", TooManyUsers},
		{421, "", "There are too many connected users, please try later.", TooManyUsers},
		{421, "", "50 users (the maximum) are already logged in, sorry", TooManyUsers},
		{430, "USER", "TOO MANY USERS", TooManyUsers},
		{500, "pass", "Too many anonymous users", TooManyUsers},
		{450, "ACCT", "Session limit reached", TooManyUsers},
		{530, "USER", "Sorry\nNo more connections\nfrom there", TooManyUsers},
		{530, "PASS", "Too many simultaneous logins", TooManyUsers},
		{421, "AUTH", "Too many sessions", TooManyUsers},

		// Logins: words that rule that out.
		{421, "PASS", "Too many failed login attempts", LockedOut},
		{530, "PASS", "too many login attempts", LockedOut},
		{530, "PASS", "Too many failed login attempts. Account is locked.", LockedOut},
		{421, "PASS", "Too many connections; you are banned", LockedOut},
		{454, "PASS", "Your host is blocked", LockedOut},
		{421, "", "Too many attempts from your address", LockedOut},
		{430, "PASS", "Invalid username or password", RejectedLogin},
		{530, "PASS", "Login incorrect.", RejectedLogin},
		{530, "PASS", "Maximum number of sessions: account expired", RejectedLogin},
		{530, "USER", "Access denied, too many users in class", RejectedLogin},
		{421, "PASS", "Too many users: password invalid", RejectedLogin},
		{454, "PASS", "Login disabled", RejectedLogin},
		{500, "PASS", "Authentication failed", RejectedLogin},
		{530, "PASS", "", RejectedLogin},
		{430, "PASS", "", RejectedLogin},
		{331, "PASS", "Password required", RejectedLogin},
		{501, "PASS", "Use your e-mail address", RejectedLogin},
		{535, "ADAT", "Failed security check", RejectedLogin},
		{421, "", "Access from your address is denied", RejectedLogin},
		{530, "PASS", "Demasiadas conexiones", RejectedLogin}, // not understood: no second login
		{421, "PASS", "Service not available", Closing},
		{421, "PASS", "Too many commands", Closing},
		{530, "USER", "Quota for this time exceeded", RejectedLogin},

		// Data connections, in the words of servers.
		{425, "MLSD", "Unable to build data connection: TLS session of data connection not resumed.", WantsResumption},
		{425, "RETR", "Session is not encrypted", WantsProtection},
		{550, "STOR", "PROT P required", WantsProtection},
		{550, "LIST", "SSL/TLS required on the data channel.", WantsProtection},
		{534, "LIST", "This server requires an encrypted data connection with PROT P", WantsProtection},
		{522, "RETR", "Data connections must be encrypted.", WantsProtection},
		{550, "RETR", "not encrypted.txt: No such file or directory", NotExist},
		{425, "LIST", "Security: Bad IP connecting.", WrongPeer},
		{425, "MLSD", "Rejected data connection from foreign address 192.0.2.9:4711.", WrongPeer},
		{500, "PORT", "Illegal PORT command.", WrongPeer},
		{500, "EPRT", "Illegal EPRT command.", WrongPeer},
		{500, "PORT", "I won't open a connection to 192.0.2.9 (only to 192.0.2.7)", WrongPeer},
		{501, "PORT", "Rejected data connection to foreign address 192.0.2.9:4711.", WrongPeer},
		{530, "PORT", "Only client IP address allowed for PORT command.", WrongPeer},
		{500, "PORT", "Possible FXP attack", WrongPeer},
		{500, "PORT", "PORT not understood", UnknownCommand},
		{425, "RETR", "Failed to establish connection.", DataChannel},
		{425, "RETR", "Can't open data connection for transfer of \"/a\"", DataChannel},
		{425, "STOR", "Cannot open data connection.", DataChannel},

		// Logins: the rest.
		{530, "USER", "Non-anonymous sessions must use encryption.", WantsTLS},
		{550, "USER", "SSL/TLS required on the control channel", WantsTLS},
		{421, "USER", "Sorry, cleartext sessions are not accepted on this server.", WantsTLS},
		{534, "PASS", "Policy", WantsTLS},
		{332, "PASS", "", NeedAccount},
		{532, "STOR", "Need account for storing files", NeedAccount},
		{500, "USER", "Unknown command", UnknownCommand},
		{500, "USER", "'USER': command not understood", UnknownCommand},
		{530, "CWD", "Please login with USER and PASS.", NotLoggedIn},
		{530, "AUTH", "Please login with USER and PASS.", NotLoggedIn},
		{504, "AUTH", "Unknown mechanism", UnknownParameter},
		{421, "NOOP", "Timeout", IdledOut},
		{421, "NOOP", "Service not available", Closing},

		// Data connections.
		{522, "LIST", "SSL connection failed; session reuse required: see require_ssl_reuse option", WantsResumption},
		{450, "STOR", "TLS session of data connection has not resumed or the session does not match the control connection", WantsResumption},
		{425, "RETR", "Unable to build data connection: TLS session of data connection not resumed.", WantsResumption},
		{450, "NLST", "TLS", DataChannel},
		{450, "NLST", "hustls", Unexplained},
		{425, "RETR", "Unable to build data connection: Operation not permitted", DataChannel},
		{426, "STOR", "Failure writing network stream", Aborted},
		{521, "LIST", "PROT P required", WantsProtection},
		{425, "LIST", "Session is not encrypted", WantsProtection},
		{550, "RETR", "PROT P required", WantsProtection},
		{550, "STOR", "Data connections must be encrypted.", WantsProtection},
		{530, "NLST", "Protection level of the data connection too low: use PROT P", WantsProtection},
		{534, "PASV", "PROT P is required", WantsProtection},
		{521, "EPSV", "Data connection cannot be opened with this PROT setting", WantsProtection},
		{522, "EPSV", "Data connections must be encrypted", WantsProtection},
		{503, "RETR", "SSL/TLS required on the data channel: the protection level is wrong", WantsProtection},
		{425, "LIST", "TLS session of data connection not resumed, PROT P", WantsResumption},
		{425, "LIST", "Can't open data connection", DataChannel},
		{425, "RETR", "Failed to establish encrypted data connection", DataChannel},
		{550, "RETR", "The file is write protected", NotExist},
		{550, "STOR", "The file is encrypted", Unexplained},
		{500, "PASV", "You need to use a client supporting PRET (PRE Transfer) to use PASV", WantsPret},
		{522, "EPSV", "Network protocol not supported, use (1)", UnknownParameter},
		{534, "RETR", "Policy", WantsProtection},

		// Commands.
		{500, "MLST", "?", UnknownCommand},
		{502, "MLST", "?", UnknownCommand},
		{504, "TYPE", "?", UnknownParameter},
		{501, "TYPE", "?", BadParameter},
		{503, "RNTO", "?", NotNow},

		// Files.
		{550, "RETR", "Failed to open file.", NotExist},
		{550, "STOR", "Refused.", Unexplained},
		{553, "RNTO", "Can't rename file.", Unexplained},
		{553, "RNTO", "File name not allowed", BadName},
		{550, "RNTO", "Cannot create a file when that file already exists.", Exists},
		{550, "RNTO", "Target must not exist", Exists},
		{553, "RNTO", "The name exists", Exists},
		{553, "RNTO", "The directory does not exist", NotExist},
		{553, "RNTO", "The directory doesn’t exist", NotExist},
		{550, "MKD", "Nonexistent parent", NotExist},
		{550, "MKD", "The parent must exist", NotExist},
		{550, "RNTO", "No file exists with that name", NotExist},
		{550, "CWD", "x is not a directory", NotDirectory},
		{550, "MKD", "/d: coexists", Unexplained},
		{521, "MKD", "/d", Exists},
		{550, "MKD", `"/d" directory exists`, Exists},
		{550, "STOR", "x: Is a directory", IsDirectory},
		{550, "CWD", "x: Not a directory", NotDirectory},
		{550, "RETR", "x: not a plain file.", NotPlain},
		{550, "RMD", "Directory not empty", NotEmpty},
		{550, "DELE", "x: Permission denied", Permission},
		{550, "RETR", "Access is denied.", Permission},
		{550, "RETR", "The process cannot access the file because it is being used by another process.", InUse},
		{450, "STOR", "File busy", InUse},
		{550, "RETR", "Sharing violation", InUse},
		{550, "DELE", "x: Resource temporarily unavailable", InUse},
		{550, "RETR", "File is being written", InUse},
		{550, "RETR", "Der Prozess kann nicht auf die Datei zugreifen, da sie von einem anderen Prozess verwendet wird.", InUse},
		{452, "STOR", "", NoSpace},
		{552, "STOR", "", NoSpace},
		{550, "STOR", "No space left on device", NoSpace},
		{426, "STOR", "Disk full", NoSpace},
		{550, "NLST", "No files found", EmptyListing},
		{451, "RETR", "No such file", Unexplained},

		{451, "STOR", "Append/Restart not permitted, try again", NoRestart},
		{554, "RETR", "Beyond the end", NoRestart},
		{553, "RNTO", "There is a file of that name", Exists},

		// No refusals.
		{226, "STOR", "No such file", Unexplained},
		{331, "USER", "Password required", Unexplained},
		{999, "STOR", "No such file", Unexplained},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprintf("%s %d %.30s", tt.verb, tt.code, tt.text), func(t *testing.T) {
			e := &ReplyError{Verb: tt.verb, Reply: NewReply(tt.code, tt.text)}
			if got := e.Meaning(); got != tt.want {
				t.Errorf("%v; want %v", got, tt.want)
			}
		})
	}
}

// TestMeaningRows: each row of the table decides something, its phrases can be found,
// and it names where it comes from.
func TestMeaningRows(t *testing.T) {
	for i := range meanings {
		r := &meanings[i]
		for _, list := range [][]string{r.any, r.and, r.not} {
			for _, p := range list {
				if bare := strings.TrimSuffix(p, "*"); wordsOf(bare) != " "+bare+" " {
					t.Errorf("row %d: the phrase %q is never found", i, p)
				}
			}
		}
		if r.seen == "" || r.meaning == Unexplained {
			t.Errorf("row %d has no source or no meaning", i)
		}
		if !decides(r) {
			t.Errorf("row %d (%v, %q) never decides: rows before it fit all that it fits", i, r.meaning, r.any)
		}
	}
}

// decides reports whether some refusal ends at r.
func decides(r *meaningRow) bool {
	codes := r.codes
	if codes == nil {
		codes = []Code{421, 450, 530, 550}
	}
	verbs := []Verb{"NOOP", "RETR", "STOR", "LIST"}
	for v := range classes {
		verbs = append(verbs, v)
	}
	some := func(l []string) []string {
		if l == nil {
			return []string{""}
		}
		return l
	}
	for _, v := range verbs {
		for _, code := range codes {
			for _, a := range some(r.any) {
				if rowOf(code, v, strings.TrimSuffix(a+" "+some(r.and)[0], "*")) == r {
					return true
				}
			}
		}
	}
	return false
}

func TestMeaningString(t *testing.T) {
	seen := map[string]bool{}
	for m := range Meaning(len(meaningNames)) {
		if s := m.String(); s == "" || seen[s] {
			t.Errorf("meaning %d is called %q", m, s)
		} else {
			seen[s] = true
		}
	}
	if Meaning(200).String() != "Meaning?" {
		t.Error("a meaning that is none has a name")
	}
}

func TestVerbIsLogin(t *testing.T) {
	for v, want := range map[Verb]bool{"USER": true, "pass": true, "ACCT": true, "AUTH": true, "ADAT": true, "": false, "HOST": false, "STOR": false} {
		if v.IsLogin() != want {
			t.Errorf("%q: %v", v, !want)
		}
	}
}
