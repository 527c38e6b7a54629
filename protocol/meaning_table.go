package protocol

import "slices"

// A meaningRow says what a refusal means that fits all its conditions.
type meaningRow struct {
	class   verbClass
	codes   []Code   // nil: all of 4yz and 5yz
	any     []string // one of these phrases stands in the text; nil: whatever it says
	and     []string // and one of these
	not     []string // and none of these
	meaning Meaning
	seen    string // on which server, or in which document

	// odd marks a meaning that the code by itself would not have. Then [ReplyError.Is]
	// goes by the code: whether the words count more is a quirk, which a caller may
	// forbid.
	odd bool
}

func (r *meaningRow) fits(code Code, class verbClass, words string) bool {
	if class&r.class == 0 {
		return false
	}
	if r.codes == nil && code < 400 || r.codes != nil && !slices.Contains(r.codes, code) {
		return false
	}
	return (r.any == nil || holdsOne(words, r.any)) && (r.and == nil || holdsOne(words, r.and)) && !holdsOne(words, r.not)
}

// Words that several rows share.
var (
	// rejecting are words for a login that was refused because of its user, password or
	// account. None of them stands in a text that only says that there are too many users
	// now.
	rejecting = []string{
		"login", "logon", "signin", "log in", "log on", "sign in", "password", "passwd", "passphrase", "passcode", "credential*", "authentica*", "authoriz*", "unauthoriz*", "authoris*", "unauthoris*",
		"attempt*", "tries", "retries", "fail*", "lock*", "ban", "bans", "banned", "banning", "block*", "blacklist*", "blocklist*", "incorrect*", "invalid*", "wrong", "bad", "unknown",
		"denied", "deny*", "disable*", "deactivat*", "suspend*", "revoked", "expire*", "forbid*", "prohibit*", "reject*", "account", "accounts", "abuse*", "intrusion*", "violat*",
	}

	// barring are those of them that speak of earlier attempts: the next attempt makes it
	// worse.
	barring = []string{
		"attempt*", "too many failed", "too many failures", "too many invalid", "too many incorrect", "too many wrong", "too many bad", "too many logins failed", "too many tries", "too many retries",
		"lock*", "ban", "bans", "banned", "block", "blocked", "blocking", "blacklist*", "blocklist*", "suspend*", "abuse*", "intrusion*",
	}

	wantsTLS = []string{"tls", "ssl", "ftps", "encrypt*", "unencrypted", "cleartext", "clear text", "use auth", "auth first", "secure connection*"}

	missing = []string{
		"no such", "not found", "not exist", "not exists", "doesn't exist", "doesn't exists", "don't exist", "didn't exist", "isn't there", "nonexistent", "nonexistant", "non existent", "nonexisting", "non existing",
		"cannot find", "can not find", "can't find", "couldn't find", "could not find", "unable to find", "cannot be found", "can't be found",
		"no file exists", "no directory exists", "no entry exists", "no file with", "must exist", "should exist", "has to exist", "needs to exist",
	}
	refusing = []string{"permission denied", "access denied", "access is denied", "not enough privileges", "operation not permitted"}

	resuming = []string{"reuse", "reused", "resum*"}

	// protCodes are those by which servers refuse a data connection in clear.
	protCodes = []Code{425, 431, 450, 501, 503, 504, 521, 522, 530, 533, 534, 535, 536, 537, 550, 553}

	// fileCodes are the codes by which servers refuse a file because of the file itself.
	fileCodes = []Code{450, 550, 553, 521}
)

// meanings is the table; the first row that fits wins. Each phrase stands here because a
// server says it. Rows about one question stand together: the more exact ones first, and
// a denial before the plain phrase ("does not exist" before "exist").
//
// To add one: the row, in its group, and a line in TestMeaningOf with the reply as it
// came. TestMeaningRows tells if a row before it fits all that it fits.
var meanings = []meaningRow{
	// Logins. What speaks of users, connections or sessions, and of nothing that the
	// login itself could be blamed for.
	{
		class:   ofLogin | ofSecurity | ofGreeting,
		any:     []string{"too many", "maximum", "max", "no more", "limit for", "limit of", "limit on", "exceed*"},
		and:     []string{"users", "connections", "clients", "sessions", "connected", "people", "concurrent logins", "simultaneous logins"},
		not:     rejecting,
		meaning: TooManyUsers, odd: true,
		seen: "ProFTPD: 530 Sorry, the maximum number of clients (3) for this user are already connected; vsftpd: 421 There are too many connected users; Pure-FTPd: 421 50 users (the maximum) are already logged in, sorry; FileZilla Server: 421 Too many users are connected",
	},
	{
		class: ofLogin | ofSecurity | ofGreeting,
		any: []string{
			"user limit", "users limit", "client limit", "session limit", "sessions limit", "connection limit", "connections limit", "no more connections", "no more users", "server is full", "server full", "max connections",
		},
		not:     rejecting,
		meaning: TooManyUsers, odd: true,
		seen: "wu-ftpd: 530 User limit reached, and its likes",
	},
	{
		class:   ofLogin,
		any:     wantsTLS,
		not:     barring,
		meaning: WantsTLS,
		seen:    "vsftpd: 530 Non-anonymous sessions must use encryption; ProFTPD: 550 SSL/TLS required on the control channel; Pure-FTPd: 421 Sorry, cleartext sessions are not accepted on this server",
	},
	{
		class:   ofLogin | ofSecurity | ofGreeting,
		any:     barring,
		meaning: LockedOut,
		seen:    "ProFTPD with mod_ban; reports of 421 and 530 Too many failed login attempts",
	},
	{
		class:   ofGreeting,
		any:     []string{"denied", "forbidden", "not allowed"},
		meaning: RejectedLogin,
		seen:    "servers that turn an address away: wu-ftpd, ProFTPD with mod_wrap2",
	},
	{
		class: ofLogin, codes: []Code{500, 502},
		any:     []string{"command", "not understood", "not implemented"},
		not:     []string{"password", "login", "account", "fail*"},
		meaning: UnknownCommand,
		seen:    "RFC 959, Section 4.2",
	},
	{
		class:   ofLogin,
		any:     rejecting,
		meaning: RejectedLogin,
		seen:    "vsftpd: 530 Login incorrect; others: 430 Invalid username or password",
	},

	{
		class: ofAny, codes: []Code{332, 532},
		meaning: NeedAccount,
		seen:    "RFC 959, Section 4.2",
	},
	{
		class: ofLogin, codes: []Code{533, 534, 536, 537},
		meaning: WantsTLS,
		seen:    "RFC 2228, Section 5: command protection level denied for policy reasons",
	},
	{
		class: ofLogin | ofSecurity, codes: []Code{430, 535},
		meaning: RejectedLogin,
		seen:    "RFC 2228, Section 5: failed security check; 430 as many servers have it",
	},
	{
		class: ofLogin, codes: []Code{530},
		meaning: RejectedLogin,
		seen:    "RFC 959, Section 5.4",
	},
	{
		class: ofSecret, codes: []Code{501},
		meaning: RejectedLogin, odd: true,
		seen: "servers that check the form of an anonymous password",
	},
	{
		class: ofSecret, codes: []Code{331},
		meaning: RejectedLogin,
		seen:    "servers that ask for a password again in reply to PASS",
	},
	{
		class: ofTransfer | ofAddress, codes: protCodes,
		any:     []string{"prot p", "prot must", "prot required", "prot is required", "prot level", "prot setting", "session is not encrypted", "session not encrypted"},
		not:     resuming,
		meaning: WantsProtection,
		seen:    "FileZilla Server: 521 PROT P required; reports of 425 Session is not encrypted and 550 PROT P required",
	},
	{
		class: ofTransfer | ofAddress, codes: protCodes,
		any: []string{"data channel", "data channels", "data connection", "data connections", "data transfer", "data transfers"},
		and: []string{
			"must be encrypted", "must be protected", "must be secure", "must be secured", "not encrypted", "not protected", "unencrypted", "unprotected", "encryption required", "encryption is required", "requires encryption",
			"protection required", "protection is required", "requires protection", "protection level", "tls required", "ssl required", "tls is required", "ssl is required", "requires tls", "requires ssl", "must use tls", "must use ssl",
		},
		not:     resuming,
		meaning: WantsProtection,
		seen:    "vsftpd: 522 Data connections must be encrypted; ProFTPD: 522 SSL/TLS required on the data channel",
	},
	{
		class: ofAny, codes: []Code{533},
		meaning: WantsTLS,
		seen:    "RFC 2228, Section 5",
	},
	{
		class: ofAddress, codes: []Code{425, 500, 501, 504, 530, 534, 550},
		any:     []string{"illegal port", "illegal eprt", "won't open a connection to", "own address", "own ip", "client ip", "foreign", "fxp", "bounce", "not match control", "third party"},
		meaning: WrongPeer,
		seen:    "vsftpd and ProFTPD: 500 Illegal PORT command; Pure-FTPd: 500 I won't open a connection to; pyftpdlib: 501 Rejected data connection to foreign address; reports of 500 Possible FXP attack and 530 Only client IP address allowed for PORT command",
	},
	{
		class: ofAny, codes: []Code{530},
		meaning: NotLoggedIn,
		seen:    "RFC 959, Section 4.2",
	},
	{
		class: ofAny, codes: []Code{421},
		any:     []string{"timeout", "timed out", "time out", "idle*", "inactiv*"},
		meaning: IdledOut,
		seen:    "vsftpd: 421 Timeout; ProFTPD: 421 Idle timeout (600 seconds): closing control connection",
	},
	{
		class: ofAny, codes: []Code{421},
		meaning: Closing,
		seen:    "RFC 959, Section 4.2",
	},

	// Space, in words: before the data connection that it broke.
	{
		class: ofAny, codes: []Code{426, 450, 451, 550, 553},
		any:     []string{"no space", "disk full", "disk is full", "quota exceeded", "over quota", "out of space", "not enough space", "insufficient space", "insufficient storage", "exceeded storage"},
		meaning: NoSpace,
		seen:    "ProFTPD: 550 No space left on device; Pure-FTPd: 553 Quota exceeded",
	},

	// Data connections. The TLS session comes first: servers have no code for it.
	{
		class: ofTransfer, codes: []Code{425, 450, 522, 534, 535},
		any:     []string{"session reuse", "session resum*", "not resumed", "not been resumed", "reuse", "resumption", "tls session"},
		meaning: WantsResumption,
		seen:    "vsftpd: 522 SSL connection failed: session reuse required; FileZilla Server: 450 and 425 TLS session of data connection not resumed",
	},
	{
		class: ofTransfer, codes: []Code{425, 426, 431, 450, 451, 500, 501, 503, 504, 550, 553},
		any: []string{
			"prot p", "prot must be p", "not encrypted", "must be encrypted", "unencrypted", "must use encryption", "encryption required", "encryption is required", "requires encryption", "requires an encrypted",
			"tls required", "ssl required", "tls is required", "ssl is required", "requires tls", "requires ssl", "must use tls", "must use ssl", "not secure", "must be secure", "not protected", "must be protected",
		},
		not:     missing,
		meaning: WantsProtection,
		seen:    "pyftpdlib: 550 SSL/TLS required on the data channel; reports of 425 Session is not encrypted and 550 PROT P required",
	},
	{
		class: ofTransfer, codes: []Code{425, 426, 500, 501, 504, 550},
		any:     []string{"bad ip", "foreign address", "foreign ip", "ip mismatch", "ip address mismatch", "address mismatch", "addresses do not match", "ips do not match", "rejected data connection", "security violation", "unexpected address", "wrong ip", "another ip"},
		meaning: WrongPeer,
		seen:    "vsftpd: 425 Security: Bad IP connecting; pyftpdlib: 425 Rejected data connection from foreign address",
	},
	{
		class:   ofAddress,
		any:     []string{"pret"},
		meaning: WantsPret,
		seen:    "DrFTPD: 500 You need to use a client supporting PRET (PRE Transfer) to use PASV",
	},
	{
		class: ofAddress, codes: []Code{522},
		meaning: UnknownParameter,
		seen:    "RFC 2428, Section 2: network protocol not supported",
	},
	{
		class: ofTransfer, codes: []Code{521, 522, 534, 535, 536},
		meaning: WantsProtection,
		seen:    "RFC 4217, Section 9; RFC 2228, Section 5; pyftpdlib: 521 PROT must be P",
	},
	{
		class: ofAny, codes: []Code{425},
		meaning: DataChannel,
		seen:    "RFC 959, Section 4.2",
	},
	{
		class: ofAny, codes: []Code{426},
		meaning: Aborted,
		seen:    "RFC 959, Section 4.2",
	},
	{
		class: ofTransfer, codes: []Code{450},
		any:     []string{"tls", "ssl"},
		meaning: DataChannel,
		seen:    "servers that refuse the TLS session of a data connection by 450",
	},

	// Commands.
	{
		class: ofAny, codes: []Code{500, 502},
		meaning: UnknownCommand,
		seen:    "RFC 959, Section 4.2",
	},
	{
		class: ofAny, codes: []Code{504},
		meaning: UnknownParameter,
		seen:    "RFC 959, Section 4.2",
	},
	{
		class: ofAny, codes: []Code{501},
		meaning: BadParameter,
		seen:    "RFC 959, Section 4.2",
	},
	{
		class: ofAny, codes: []Code{503},
		meaning: NotNow,
		seen:    "RFC 959, Section 4.2",
	},

	{
		class: ofAny, codes: []Code{452, 552},
		meaning: NoSpace,
		seen:    "RFC 959, Section 4.2",
	},

	{
		class: ofStore | ofFile | ofOther, codes: []Code{450, 451, 550, 553},
		any: []string{
			"restart not permitted", "restart not allowed", "restart not supported", "append not permitted", "append not allowed", "append not supported",
			"resume not permitted", "resume not allowed", "resume not supported", "rest not permitted", "rest not allowed", "rest not supported",
		},
		meaning: NoRestart,
		seen:    "ProFTPD without AllowStoreRestart: 451 Append/Restart not permitted, try again",
	},
	{
		class: ofAny, codes: []Code{554},
		meaning: NoRestart,
		seen:    "RFC 3659, Section 5.3: invalid REST parameter",
	},

	// Listings.
	{
		class: ofListing, codes: []Code{450, 451, 550},
		any:     []string{"no files", "no members found", "no data sets found", "no datasets found", "no entries", "is empty", "empty directory", "empty folder"},
		meaning: EmptyListing,
		seen:    "z/OS: 550 No data sets found; wu-ftpd: 550 No files found",
	},

	// Files.
	{
		class: ofAny, codes: fileCodes,
		any:     []string{"must not exist", "must not already exist", "should not exist", "shouldn't exist", "not overwrite", "won't overwrite", "no overwrite", "overwrite not", "there is a file", "there is already"},
		meaning: Exists,
		seen:    "servers that word a taken name as a demand",
	},
	{
		class: ofAny, codes: fileCodes,
		any:     missing,
		meaning: NotExist,
		seen:    "errno ENOENT as most servers print it; IIS: 550 The system cannot find the file specified",
	},
	{
		class: ofAny, codes: fileCodes,
		any:     refusing,
		meaning: Permission,
		seen:    "errno EACCES and EPERM; IIS: 550 Access is denied",
	},
	{
		class: ofAny, codes: fileCodes,
		any:     []string{"already exists", "file exists"},
		meaning: Exists,
		seen:    "errno EEXIST; IIS: 550 Cannot create a file when that file already exists",
	},
	{
		class: ofTarget | ofStore, codes: fileCodes,
		any:     []string{"exist", "exists", "existing", "already there", "already taken"},
		meaning: Exists,
		seen:    "servers that name what is in the way",
	},
	{
		class: ofMake, codes: fileCodes,
		any:     []string{"exist", "exists", "existing", "already there", "already taken"},
		meaning: Exists, odd: true,
		seen: "RFC 959, Section 4.1.3: 521 directory already exists, in the words of many",
	},
	{
		class: ofMake, codes: []Code{521},
		meaning: Exists, odd: true,
		seen: "RFC 959, Appendix II",
	},
	{
		class: ofAny, codes: fileCodes,
		any:     []string{"is a directory", "is directory", "is a folder"},
		meaning: IsDirectory,
		seen:    "errno EISDIR",
	},
	{
		class: ofAny, codes: fileCodes,
		any:     []string{"not a directory", "not directory", "not a folder"},
		meaning: NotDirectory,
		seen:    "errno ENOTDIR",
	},
	{
		class: ofAny, codes: fileCodes,
		any:     []string{"not a plain file", "not a regular file", "not retrievable"},
		meaning: NotPlain,
		seen:    "BSD ftpd, ProFTPD, pyftpdlib",
	},
	{
		class: ofAny, codes: fileCodes,
		any:     []string{"not empty"},
		meaning: NotEmpty,
		seen:    "errno ENOTEMPTY",
	},
	{
		class: ofAny, codes: fileCodes,
		any:     []string{"file busy", "file is busy", "text file busy", "in use", "being used", "used by another", "is locked", "file locked", "sharing violation", "being written", "open for writing", "resource temporarily unavailable", "anderen prozess", "autre processus", "otro proceso", "altro processo"},
		meaning: InUse,
		seen:    "IIS: 550 The process cannot access the file because it is being used by another process",
	},
	{
		class: ofAny, codes: fileCodes,
		any: []string{
			"name not allowed", "filename not allowed", "name is not allowed", "name not permitted", "invalid name", "invalid file name", "invalid filename", "illegal name", "illegal file name", "illegal filename",
			"bad file name", "bad filename", "name too long", "filename too long", "prohibited file name", "forbidden filename",
		},
		meaning: BadName,
		seen:    "RFC 959: 553 File name not allowed; ProFTPD: 550 Forbidden filename; errno ENAMETOOLONG",
	},
	{
		class: ofFile, codes: []Code{550},
		meaning: NotExist,
		seen:    "vsftpd: 550 Failed to open file, which nearly always means that",
	},
}
