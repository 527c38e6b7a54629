package listing

import "testing"

func TestJES(t *testing.T) {
	d := &dialect{"jes", readJES}
	job := func(id, owner string) Entry { return Entry{Name: id, Kind: KindFile, Size: -1, Owner: owner} }
	file := func(id string, size int64) Entry { return Entry{Name: id, Kind: KindFile, Size: size} }
	for _, tt := range []struct {
		name  string
		lines []string
		want  []Entry
	}{
		{
			"interface level 1",
			[]string{"NIGHTLY1  JOB00042  OUTPUT    3 Spool Files ", "NIGHTLY2  JOB00043  INPUT ", "NIGHTLY3  J0000044  ACTIVE"},
			[]Entry{job("JOB00042", ""), job("JOB00043", ""), job("J0000044", "")},
		},
		{
			"interface level 2",
			[]string{
				"JOBNAME  JOBID    OWNER    STATUS CLASS",
				"NIGHTLY  JOB00042 BATCH1   OUTPUT A        RC=0004 3 spool files",
				"SERVER   STC00043 ++++++++ ACTIVE STC",
				"BADJOB   TSU00044 EVE      OUTPUT TSU      ABEND=0C4 2 spool",
				"WRONG    JOB00045 EVE      OUTPUT A        (JCL error) 3 spool files",
			},
			[]Entry{job("JOB00042", "BATCH1"), job("STC00043", ""), job("TSU00044", "EVE"), job("JOB00045", "EVE")},
		},
		{
			"spool files",
			[]string{
				"JOBNAME  JOBID    OWNER    STATUS CLASS",
				"NIGHTLY  JOB00042 BATCH1   OUTPUT A        RC=0000",
				"--------",
				"         ID  STEPNAME PROCSTEP C DDNAME   BYTE-COUNT",
				"         001 JES2              X JESMSGLG      1200",
				"         103 STEP1    COMPILE  A SYSPRINT     45000",
				"         104 STEP2             SYSOUT             0",
				"3 spool files",
			},
			[]Entry{job("JOB00042", "BATCH1"), file("001", 1200), file("103", 45000), file("104", 0)},
		},
		{
			"job that runs",
			[]string{
				"JOBNAME  JOBID    OWNER    STATUS CLASS",
				"SERVER   STC00043 TCPIP    ACTIVE STC",
				"--------",
				"         STEPNAME SERVER   PROCNAME SERVER",
				"         CPUTIME     0.012 ELAPSED TIME    117.515",
			},
			[]Entry{job("STC00043", "TCPIP")},
		},
		{"empty queue", []string{"No jobs found on JES queue"}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) { wantMainframe(t, d, tt.lines, tt.want) })
	}
	refuseMainframe(t, d, map[string]string{
		"NIGHTLY1  JOB0042   OUTPUT    3 Spool Files":         "",
		"NIGHTLY1  JOB00042":                                  "",
		"nightly1  JOB00042  OUTPUT":                          "",
		"NIGHTLY1  JOB00042  12":                              "",
		"         001 JES2              X JESMSGLG      1200": "",
		"--------":      "",
		"3 spool files": "",
	})
	forced := &lister{order: []*dialect{d}, o: Options{Dialect: "jes"}}
	if e, err := forced.read("         001 JES2              X JESMSGLG      1200"); err != nil || e.Size != 1200 {
		t.Errorf("spool file alone, dialect given: %d, %v", e.Size, err)
	}
}
