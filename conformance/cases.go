package conformance

import "slices"

// Cases returns every case, monitors included, in the order in which they run.
// The caller may change the slice, not what it shares with others.
func Cases() []Case {
	var all []Case
	for _, g := range groups() {
		all = append(all, g.cases...)
	}
	return all
}

type group struct {
	title string
	cases []Case
}

// groups returns the cases in the order of Cases, by subject.
func groups() []group {
	return []group{
		{"Monitors", monitorCases},
		{"Control connection", controlCases},
		{"Command lines and Telnet", slices.Concat(lineCases, oddCases)},
		{"Login, logout and REIN", slices.Concat(loginCases, accountCases)},
		{"Directories, files and information", slices.Concat(fileCases, renameCases, traversalCases, injectCases, mountCases)},
		{"TYPE, STRU and MODE", slices.Concat(typeCases, formatCases)},
		{"Data connections", slices.Concat(dataCases, portCases, bounceCases)},
		{"Transfers and listings", slices.Concat(transferCases, listingCases)},
		{"Records, MODE B, MODE C and restart markers", slices.Concat(recordCases, blockCases, markerCases, compressedCases)},
		{"MODE Z", deflateCases},
		{"ABOR", abortCases},
		{"MDTM and SIZE", factCases},
		{"REST and TVFS", restartCases},
		{"MLST and facts", slices.Concat(mlstCases, valueCases, optsCases)},
		{"MLSD", mlsdCases},
		{"FEAT, OPTS and UTF-8", slices.Concat(featCases, utf8Cases)},
		{"EPSV and EPRT", extendedCases},
		{"AUTH and TLS", slices.Concat(authCases, mechanismCases)},
		{"TLS versions, cipher suites and handshakes", slices.Concat(offerCases, insideCases, certificateCases)},
		{"PBSZ, PROT, CCC and TLS on data connections", slices.Concat(protCases, clearDataCases, reuseCases)},
		{"HOST", hostCases},
		{"LANG and names", langCases},
		{"HASH and RANG", hashCases},
		{"Commands of drafts and of practice", slices.Concat(draftCases, rareCases)},
		{"Limits: idle sessions and wrong passwords", slices.Concat(limitCases, passwordCases)},
	}
}
