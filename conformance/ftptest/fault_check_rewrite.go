package ftptest

// rewrites are defects of single replies.
var rewrites = []rewrite{
	// Replies as such. SMNT is a command that nobody depends on.
	{"reply-garbage-line", "a line that is no reply comes before the reply to SMNT", "SMNT", "*", 0, "hello\r\n502 Not implemented"},
	{"reply-no-space", "the reply to SMNT is a code without a space", "SMNT", "*", 0, "502"},
	{"reply-group-8", "SMNT is answered with 580", "SMNT", "*", 0, "580 Not implemented"},
	{"reply-undefined-code", "SMNT is answered with 507, which no RFC defines", "SMNT", "*", 0, "507 Not implemented"},
	{"reply-bare-lf", "the reply to SMNT has a line that ends in LF without CR", "SMNT", "*", 0, "502-Not\n502 implemented"},
	{"reply-bare-cr", "the reply to SMNT has a CR inside", "SMNT", "*", 0, "502 Not\rimplemented"},
	{"reply-nested", "the reply to SMNT has another one inside", "SMNT", "*", 0, "502-Not\r\n211-Features\r\n211 End\r\n502 implemented"},
	{"reply-protected", "SMNT is answered with 631", "SMNT", "*", 0, "631 AAAA"},
	{"reply-421-stays", "SMNT is answered with 421, and the session goes on", "SMNT", "*", 0, "421 Disabled"},
	{"reply-none", "SMNT gets no reply", "SMNT", "*", 0, ""},
	{"greeting-200", "the greeting is 200", "", "*", 220, "200 Hello"},
	{"site-help-other-code", "the reply to SITE HELP opens with 214- and closes with 211", "SITE", "HELP", 0, "214-Commands\r\n211 End"},

	// Login.
	{"user-noarg-331", "USER without an argument is answered with 331", "USER", "", 501, "331 Password"},
	{"mkd-before-login", "MKD before the login is answered with 257", "MKD", "*", 530, `257 "/x" created`},
	{"size-before-login", "SIZE before the login is answered with 213", "SIZE", "*", 530, "213 1"},
	{"rein-200", "REIN is answered with 200", "REIN", "*", 220, "200 Ready"},

	// Files.
	{"cwd-200", "CWD is answered with 200", "CWD", "*", 250, "200 OK"},
	{"dele-200", "DELE is answered with 200", "DELE", "*", 250, "200 OK"},
	{"rnto-first-250", "RNTO out of sequence is answered with 250", "RNTO", "*", 503, "250 Renamed"},
	{"syst-unregistered", "SYST names a system that IANA has not registered", "SYST", "*", 215, "215 Gadget"},
	{"stat-502", "STAT without an argument is answered with 502", "STAT", "", 0, "502 Not implemented"},
	{"help-502", "HELP is answered with 502", "HELP", "", 0, "502 Not implemented"},
	{"help-bogus-250", "HELP for no command is answered with 250", "HELP", "BOGUS", 0, "250 OK"},
	{"site-bogus-200", "an unknown SITE command is answered with 200", "SITE", "BOGUS", 0, "200 OK"},
	{"noop-no-space", "the reply to NOOP is a code without a space", "NOOP", "*", 0, "200OK"},
	{"noop-250", "NOOP is answered with 250", "NOOP", "*", 200, "250 OK"},
	{"noop-502", "NOOP is answered with 502", "NOOP", "*", 0, "502 Not implemented"},
	{"allo-550", "ALLO is answered with 550", "ALLO", "1", 0, "550 No"},

	// Parameters.
	{"type-i-250", "TYPE I is answered with 250", "TYPE", "I", 200, "250 OK"},
	{"type-l-200", "TYPE L without a size is answered with 200", "TYPE", "L", 501, "200 OK"},
	{"type-q-200", "TYPE Q is answered with 200", "TYPE", "Q", 504, "200 OK"},
	{"stru-x-200", "STRU X is answered with 200", "STRU", "X", 504, "200 OK"},
	{"mode-x-200", "MODE X is answered with 200", "MODE", "X", 504, "200 OK"},
	{"port-bad-200", "PORT with a bad argument is answered with 200", "PORT", "*", 501, "200 OK"},
	{"eprt-9-200", "EPRT with an unknown family is answered with 200", "EPRT", "*", 522, "200 OK"},
	{"eprt-bad-200", "EPRT with a bad argument is answered with 200", "EPRT", "*", 501, "200 OK"},
	{"algs-216", "ALGS is answered with 216, as a gateway does", "ALGS", "*", 0, "216 NONE"},
	{"epsv-522-no-list", "522 does not list the supported protocols", "EPSV", "*", 522, "522 Not supported"},
	{"dele-noarg-500", "DELE without an argument is answered with 500", "DELE", "", 501, "500 What?"},

	// Transfers.
	{"stor-reset-226", "a STOR that broke is answered with 226", "STOR", "*", 426, "226 OK"},
	{"retr-broken-226", "a RETR that broke is answered with 226", "RETR", "*", 426, "226 OK"},
	{"stou-no-name", "the preliminary reply to STOU does not name the file", "STOU", "*", 150, "150 OK"},
	{"rest-negative-350", "REST -1 is answered with 350", "REST", "-1", 501, "350 OK"},
	{"rest-beyond-226", "RETR from beyond the end is answered with 226", "RETR", "*", 554, "226 OK"},
	{"data-tls-failed-226", "a listing whose TLS handshake failed is answered with 226", "NLST", "*", 522, "226 OK"},

	// Facts and features.
	{"mdtm-missing-213", "MDTM of a missing file is answered with 213", "MDTM", "*", 550, "213 20200101000000"},
	{"mlst-missing-250", "MLST of a missing file is answered with 250", "MLST", "*", 550, "250-Listing\r\n type=file; x\r\n250 End"},
	{"opts-500", "a bad OPTS is answered with 500", "OPTS", "*", 501, "500 What?"},
	{"opts-syntax-200", "OPTS MLST with a syntax error is answered with 200", "OPTS", "MLST type size;", 501, "200 OK"},
	{"opts-mlst-reply-text", "the reply to OPTS MLST does not name the facts", "OPTS", "MLST size;type;", 200, "200 OK"},
	{"feat-arg-211", "FEAT with an argument is answered with 211", "FEAT", "x", 501, "211 OK"},

	// Security.
	{"auth-334", "AUTH on a server without TLS is answered with 334", "AUTH", "*", 502, "334 Go on"},
	{"auth-tls-200", "AUTH TLS is answered with 200", "AUTH", "TLS", 234, "200 OK"},
	{"auth-unknown-234", "AUTH with an unknown mechanism is answered with 234", "AUTH", "*", 504, "234 OK"},
	{"reauth-234", "a second AUTH is answered with 234, and no handshake follows", "AUTH", "*", 503, "234 OK"},
	{"pbsz-in-clear-200", "PBSZ in clear text is answered with 200", "PBSZ", "*", 503, "200 OK"},
	{"ccc-clear-200", "CCC in clear text is answered with 200", "CCC", "*", 533, "200 OK"},
	{"adat-235", "ADAT is answered with 235", "ADAT", "*", 0, "235 OK"},
	{"mic-200", "MIC is answered with 200", "MIC", "*", 0, "200 OK"},
	{"prot-before-pbsz", "PROT before PBSZ is answered with 200", "PROT", "*", 503, "200 OK"},
	{"pbsz-0-501", "PBSZ 0 is answered with 501", "PBSZ", "0", 200, "501 No"},
	{"pbsz-grows", "PBSZ 16384 is answered with a larger size", "PBSZ", "16384", 200, "200 PBSZ=65536"},
	{"pbsz-bad-200", "PBSZ with a bad size is answered with 200", "PBSZ", "*", 501, "200 OK"},
	{"prot-c-504", "PROT C is answered with 504", "PROT", "C", 200, "504 No"},
	{"prot-s-200", "PROT S is answered with 200", "PROT", "S", 536, "200 OK"},
	{"prot-x-200", "PROT X is answered with 200", "PROT", "X", 504, "200 OK"},
}
