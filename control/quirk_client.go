package control

// ftpwire.Client does the work of these.

// QuirkCWDOnFile: CWD to a file succeeds.
const QuirkCWDOnFile QuirkName = "cwd-on-file"

var rowCWDOnFile = Quirk{
	Name: QuirkCWDOnFile, Mode: QuirkDetected, Client: true,
	Behaviour:  "CWD to a file succeeds",
	Evidence:   "PWD is the same after a CWD that succeeded",
	Workaround: "such a CWD does not make a directory of the name",
	Refs:       []string{"WinSCP, with a SecureLink proxy"},
}

// QuirkMLSDBroken: MLSD is listed in FEAT and is refused, hangs, or sends lines of LIST.
const QuirkMLSDBroken QuirkName = "mlsd-broken"

var rowMLSDBroken = Quirk{
	Name: QuirkMLSDBroken, Mode: QuirkDetected, Client: true,
	Behaviour:  "MLSD is listed in FEAT and is refused, hangs, or sends lines of LIST",
	Evidence:   "MLSD is refused with 500 to 504, nothing comes in time, or the first line is one of LIST",
	Workaround: "LIST is used from then on",
	Refs:       []string{"far2l issue 1067, with uftpd", "jlaffaye/ftp, which can switch it off"},
}

// QuirkMLSTUnlisted: MLSD and MLST work and are not listed in FEAT.
const QuirkMLSTUnlisted QuirkName = "mlst-unlisted"

var rowMLSTUnlisted = Quirk{
	Name: QuirkMLSTUnlisted, Mode: QuirkOnRequest, Client: true,
	Behaviour:  "MLSD and MLST work and are not listed in FEAT",
	Workaround: "they are used until refused",
	Refs:       []string{"node basic-ftp", "lftp, whose setting is ftp:trust-feat"},
}

// QuirkSIZEUnlisted: SIZE works and is not listed in FEAT.
const QuirkSIZEUnlisted QuirkName = "size-unlisted"

var rowSIZEUnlisted = Quirk{
	Name: QuirkSIZEUnlisted, Mode: QuirkOnRequest, Client: true,
	Behaviour:  "SIZE works and is not listed in FEAT",
	Workaround: "it is used",
	Refs:       []string{"lftp, whose setting is ftp:trust-feat", "node basic-ftp"},
}

// QuirkSIZEUseless: SIZE does not tell how many octets a transfer moves.
const QuirkSIZEUseless QuirkName = "size-useless"

var rowSIZEUseless = Quirk{
	Name: QuirkSIZEUseless, Mode: QuirkDetected, Client: true,
	Behaviour:  "SIZE does not tell how many octets a transfer moves",
	Evidence:   "the greeting or SYST names z/OS",
	Workaround: "SIZE is not asked for, files are read to their end and sizes not compared",
	Refs:       []string{"commons-net issue NET-682", "FluentFTP"},
	software:   "IBM z/OS",
}
