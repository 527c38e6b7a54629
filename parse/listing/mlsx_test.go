package listing

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ftpwire/ftpwire/parse"
)

func TestMLSx(t *testing.T) {
	at := time.Date(2024, 2, 29, 15, 30, 0, 0, time.UTC)
	for _, tt := range []struct {
		name string
		line string
		want Entry // Dialect, Raw and Facts are filled in
	}{
		{"file", "Type=file;Size=48213;Perm=r;Unique=4C19;Modify=20240229153000; a.txt", Entry{
			Name: "a.txt", Kind: KindFile, Size: 48213, Perm: "r", Unique: "4C19", Time: at, Precision: parse.PrecisionSecond, Zone: ZoneUTC}},
		{"MLST", " type=dir; /pub", Entry{Name: "/pub", Kind: KindDir, Size: -1}},
		{"MLST without the last semicolon", " type=dir;size=0 /pub", Entry{Name: "/pub", Kind: KindDir}},
		{"MLST with more spaces", "   size=5;type=file; a  b", Entry{Name: "a  b", Kind: KindFile, Size: 5}},
		{"no facts", " a.txt", Entry{Name: "a.txt", Size: -1}},
		{"no facts in MLST", "  a b", Entry{Name: "a b", Size: -1}},
		{"no facts, name like a fact", " a=b c", Entry{Name: "a=b c", Size: -1}},
		{"NcFTPd", "type=file;size=5 a.txt", Entry{Name: "a.txt", Kind: KindFile, Size: 5}},
		{"blanks in the name", "type=file;  a  b ", Entry{Name: " a  b ", Kind: KindFile, Size: -1}},
		{"fact in the name", "type=file; a; b=c;", Entry{Name: "a; b=c;", Kind: KindFile, Size: -1}},
		{"blank in a value", "type=dir;UNIX.groupname=domain users;UNIX.mode=02770; envio", Entry{Name: "envio", Kind: KindDir, Size: -1, Group: "domain users", Mode: "rwxrws---"}},
		{"blank in the last value", "type=dir;UNIX.ownername=Mira van Dyk;UNIX.groupname=domain users; a b", Entry{Name: "a b", Kind: KindDir, Size: -1,
			Owner: "Mira van Dyk", Group: "domain users"}},
		{"blank in the first value", "UNIX.group=domain users;type=file; a; b", Entry{Name: "a; b", Kind: KindFile, Size: -1, Group: "domain users"}},
		{"blank in an unknown fact", "x.note=a b c;size=3; a;b=c; d", Entry{Name: "a;b=c; d", Size: 3}},
		{"blanks at the ends of a value", "size=3;UNIX.owner= me ;  a", Entry{Name: " a", Size: 3, Owner: " me "}},
		{"blank and equals sign in a value", "size=3;UNIX.owner=a = b; c", Entry{Name: "c", Size: 3, Owner: "a = b"}},
		{"blank in a target", "type=OS.unix=slink:/my dir/b;size=3; a", Entry{Name: "a", Kind: KindLink, Target: "/my dir/b", Size: 3}},
		{"blank in a value, MLST", " UNIX.groupname=domain users;type=dir; /my dir", Entry{Name: "/my dir", Kind: KindDir, Size: -1, Group: "domain users"}},
		{"blank in an unknown fact, MLST", " x.note=a b;type=dir; /my dir", Entry{Name: "/my dir", Kind: KindDir, Size: -1}},
		{"no last semicolon, a semicolon in the name", "type=file;size=5 a; b", Entry{Name: "a; b", Kind: KindFile, Size: 5}},
		{"no last semicolon, a fact in the name", "type=file;size=5 a=b; c", Entry{Name: "a=b; c", Kind: KindFile, Size: 5}},
		{"no last semicolon, semicolons in the name", "type=file;UNIX.owner=me a;b; c", Entry{Name: "a;b; c", Kind: KindFile, Size: -1, Owner: "me"}},
		{"no last semicolon, type last", "size=5;type=file a; b", Entry{Name: "a; b", Kind: KindFile, Size: 5}},
		{"no last semicolon, number last", "type=dir;UNIX.gid=0 a; b", Entry{Name: "a; b", Kind: KindDir, Size: -1, Group: "0"}},
		{"no facts, name like facts", " a=b c; d", Entry{Name: "a=b c; d", Size: -1}},
		{"line end", "type=file; a\r\n", Entry{Name: "a", Kind: KindFile, Size: -1}},
		{"listed directory", "type=cdir; /pub", Entry{Name: "/pub", Kind: KindCurrent, Size: -1}},
		{"parent", "TYPE=PDIR; ..", Entry{Name: "..", Kind: KindParent, Size: -1}},
		{"link", "Type=OS.unix=slink:/srv/alt;Unique=1; b", Entry{Name: "b", Kind: KindLink, Target: "/srv/alt", Unique: "1", Size: -1}},
		{"link without target", "type=OS.unix=symlink; b", Entry{Name: "b", Kind: KindLink, Size: -1}},
		{"symlink with target", "type=OS.UNIX=symlink:c; b", Entry{Name: "b", Kind: KindLink, Target: "c", Size: -1}},
		{"device", "type=OS.unix=chr-7/41; d", Entry{Name: "d", Kind: KindOther, Size: -1}},
		{"unknown type", "type=thing; d", Entry{Name: "d", Size: -1}},
		{"empty values", "type=;perm=;size=;modify=;; d", Entry{Name: "d", Size: -1}},
		{"Unix facts", "type=dir;sizd=4096;UNIX.mode=0755;UNIX.uid=33;UNIX.gid=34; d", Entry{Name: "d", Kind: KindDir, Size: 4096, Mode: "rwxr-xr-x",
			Owner: "33", Group: "34"}},
		{"owner names", "UNIX.owner=33;UNIX.ownername=www;UNIX.group=g;UNIX.groupname=;UNIX.mode=00; d", Entry{Name: "d", Size: -1, Owner: "www", Group: "g"}},
		{"twice", "size=1;SIZE=2; d", Entry{Name: "d", Size: 1}},
		{"size beyond int64", "size=18446744073709551615; d", Entry{Name: "d", Size: -1}},
		{"bad time", "modify=20241301000000; d", Entry{Name: "d", Size: -1}},
		{"no time known", "modify=00010101000000; d", Entry{Name: "d", Size: -1}},
		{"minutes", "modify=202402291530; d", Entry{Name: "d", Size: -1, Time: at, Precision: parse.PrecisionMinute, Zone: ZoneUTC}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := MLSx(tt.line)
			if err != nil {
				t.Fatal(err)
			}
			tt.want.Dialect, tt.want.Raw = "mlsx", strings.TrimSuffix(tt.line, "\r\n")
			tt.want.Text, tt.want.Encoding = tt.want.Name, EncodingASCII
			tt.want.Facts = Facts(strings.Trim(strings.TrimSuffix(tt.want.Raw, tt.want.Name), " "))
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
		})
	}
}

// manyFacts returns a line with n facts.
func manyFacts(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "x.%d=1;", i)
	}
	return b.String() + " name"
}

func TestMLSxErrors(t *testing.T) {
	for _, tt := range []struct {
		name string
		line string
		err  string
		at   int
	}{
		{"no name", "type=file; ", "no name", 11},
		{"no name, no facts", " ", "no name", 1},
		{"no space", "type=file;a.txt", "no space", 15},
		{"word alone", "name", "no space", 4},
		{"no facts", "total 12", "not name=value", 0},
		{"not a fact", "type=file;size; a", "not name=value", 10},
		{"no fact name", "=file; a", "not name=value", 0},
		{"fact without value and semicolon", "Type= a b", "neither a value nor a semicolon", 5},
		{"control character", "type=fi\tle; a", "control", 7},
		{"control character in MLST", " type=fi\x00le; a", "control", 8},
		{"too many facts", manyFacts(maxFacts + 1), "too many", strings.Index(manyFacts(maxFacts+1), "x.64")},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := MLSx(tt.line)
			if e := wantError(t, err, tt.line, tt.err); e.Offset != tt.at {
				t.Errorf("offset is %d, want %d", e.Offset, tt.at)
			}
			if diff := cmp.Diff(Entry{Size: -1, Raw: tt.line}, got); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
		})
	}
	if _, err := MLSx(manyFacts(maxFacts)); err != nil {
		t.Errorf("facts at the limit: %v", err)
	}
	for _, line := range []string{"", "\r\n", "\n"} {
		if _, err := MLSx(line); !errors.Is(err, ErrNotEntry) {
			t.Errorf("error for %q is %v", line, err)
		}
	}
}

func TestFormatMLSx(t *testing.T) {
	all := []string{"type", "size", "modify", "perm", "unique", "UNIX.mode", "UNIX.owner", "UNIX.group", "create"}
	for _, tt := range []struct {
		name  string
		e     Entry
		facts []string
		want  string
	}{
		{"file", Entry{Name: " a b", Kind: KindFile, Size: 5, Time: time.Date(2024, 2, 29, 15, 30, 0, 7, time.UTC), Mode: "rwsr-x---",
			Owner: "me", Group: "us", Perm: "adfrw", Unique: "8U1"}, all,
			"type=file;size=5;modify=20240229153000;perm=adfrw;unique=8U1;UNIX.mode=4750;UNIX.owner=me;UNIX.group=us;  a b"},
		{"order and spelling", Entry{Name: "a", Kind: KindFile}, []string{"Size", "TYPE"}, "Size=0;TYPE=file; a"},
		{"no facts", Entry{Name: "a", Kind: KindFile}, nil, " a"},
		{"directory has no size", Entry{Name: "a", Kind: KindDir, Size: 4096}, all, "type=dir; a"},
		{"listed directory", Entry{Name: "/a", Kind: KindCurrent, Size: -1}, all, "type=cdir; /a"},
		{"parent", Entry{Name: "/", Kind: KindParent, Size: -1}, all, "type=pdir; /"},
		{"link", Entry{Name: "a", Kind: KindLink, Target: "/b", Size: -1}, all, "type=OS.unix=slink:/b; a"},
		{"link with a target that can't be sent", Entry{Name: "a", Kind: KindLink, Target: "/b c", Size: -1}, all, "type=OS.unix=symlink; a"},
		{"other", Entry{Name: "a", Kind: KindOther, Size: -1}, all, "type=OS.unix=other; a"},
		{"other as received", Entry{Name: "a", Kind: KindOther, Size: -1, Facts: "Type=OS.unix=pipe;"}, all, "type=OS.unix=pipe; a"},
		{"unknown", Entry{Name: "a", Size: -1, Mode: "strange"}, all, " a"},
		{"facts", Entry{Name: "a", Size: -1, Facts: "create=20240229153000;perm=;"}, all, "perm=;create=20240229153000; a"},
		{"values that can't be sent", Entry{Name: "a", Size: -1, Owner: "John Doe", Group: "a;b", Perm: "r\r\n", Facts: "create=x y;"}, all, " a"},
		{"line end in the name", Entry{Name: "a\r\nb\x00", Kind: KindFile, Size: -1}, all, "type=file; a??b?"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, FormatMLSx(tt.e, tt.facts)); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
		})
	}
}
