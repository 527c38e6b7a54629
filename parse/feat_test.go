package parse

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// featText returns what f holds, one line each.
func featText(f *Features) string {
	var b strings.Builder
	for label, args := range f.All() {
		b.WriteString(strings.TrimSpace(label+" "+args) + "\n")
	}
	return b.String()
}

func TestFeat(t *testing.T) {
	const three = "MDTM\nREST STREAM\nSIZE\n"
	for _, tt := range []struct {
		name  string
		lines []string
		want  string
	}{
		{"middle lines", []string{" MDTM", " REST STREAM", " SIZE"}, three},
		{"spaces removed", []string{"MDTM", "REST STREAM", "SIZE"}, three},
		{"with heading and end", []string{"Extensions supported:", " MDTM", " REST STREAM", " SIZE", "End"}, three},
		{"with codes", []string{"211-Features:", " MDTM", " REST STREAM", " SIZE", "211 End"}, three},
		{"heading after a blank", []string{"211- Features", " MDTM", " REST STREAM", " SIZE", "211 end."}, three},
		{"code on each line", []string{"211-Features:", "211-MDTM", "211-REST STREAM", "211-SIZE", "211 End"}, three},
		{"code and blank on each line", []string{"211- MDTM", "211- REST STREAM", "211- SIZE"}, three},
		{"code on each middle line", []string{"211-MDTM", "211-REST STREAM", "211-SIZE"}, three},
		{"tabs", []string{"\tMDTM", "\tREST\tSTREAM\t", "\tSIZE"}, three},
		{"IIS", []string{"211-FEAT", "    MDTM", "    REST STREAM", "    SIZE", "211 END"}, three},
		{"IIS without blanks", []string{"FEAT", "MDTM", "REST STREAM", "SIZE", "END"}, three},
		{"line ends", []string{" MDTM\r\n", " REST STREAM\r\n", "\r\n", " SIZE\r\n"}, three},
		{"closing text unknown", []string{" MDTM", " REST STREAM", " SIZE", "Command okay."}, three},
		{"END indented", []string{" MDTM", " REST STREAM", " SIZE", " END"}, three},
		{"heading without colon", []string{"Supported features", "MDTM", "REST STREAM", "SIZE"}, three},
		{"one", []string{" XFOO"}, "XFOO\n"},
		{"one known without blank", []string{"mdtm"}, "mdtm\n"},
		{"FEAT as a feature", []string{" MDTM", " FEAT", " SIZE"}, "MDTM\nFEAT\nSIZE\n"},
		{"no features", []string{"211 No features"}, ""},
		{"no features, code only", []string{"211"}, ""},
		{"control characters", []string{" MDTM", " \r ", " RE\x00ST STREAM", " \x1b[2J", " SIZE"}, "MDTM\nSIZE\n"},
		{"heading only", []string{"Features:"}, ""},
		{"nothing", nil, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := Feat(tt.lines)
			if diff := cmp.Diff(tt.want, featText(f)); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
			if want := strings.Count(tt.want, "\n"); f.Len() != want {
				t.Errorf("Len is %d, want %d", f.Len(), want)
			}
		})
	}
}

func TestFeaturesNothing(t *testing.T) {
	for _, f := range []*Features{nil, {}} {
		args, ok := f.Args("MLST")
		if f.Has("SIZE") || ok || args != "" || f.Len() != 0 || f.RestStream() || f.Auth() != nil || f.Prot() != nil || f.Facts() != nil {
			t.Errorf("%v offers something", f)
		}
		for label := range f.All() {
			t.Errorf("%v has %q", f, label)
		}
	}
}

func TestFeaturesHas(t *testing.T) {
	f := Feat([]string{" utf8", " SITE PSWD;SET;ZONE", " SITE UTIME", " HASH SHA-1*;MD5"})
	if !f.Has("UTF8") || !f.Has("site") || f.Has("UTF") || f.Has("") {
		t.Error("labels are not compared as wholes without case")
	}
	if args, ok := f.Args("Site"); args != "PSWD;SET;ZONE" || !ok {
		t.Errorf("Args of SITE are %q, %v", args, ok)
	}
	for label := range f.All() {
		if label != "utf8" {
			t.Errorf("first label is %q", label)
		}
		break
	}
}

func TestFeaturesAuth(t *testing.T) {
	for _, tt := range []struct {
		name  string
		lines []string
		auth  []string
		prot  []string
	}{
		{"RFC 4217", []string{" AUTH TLS", " PBSZ", " PROT"}, []string{"TLS"}, nil},
		{"IIS", []string{" AUTH TLS;TLS-C;SSL;TLS-P;", " PROT C;P;"}, []string{"TLS", "TLS-C", "SSL", "TLS-P"}, []string{"C", "P"}},
		{"several lines", []string{" auth ssl", " AUTH TLS", " AUTH tls"}, []string{"SSL", "TLS"}, nil},
		{"commas and blanks", []string{" AUTH TLS, SSL"}, []string{"TLS", "SSL"}, nil},
		{"bare", []string{" TLS", " SSL"}, []string{"TLS", "SSL"}, nil},
		{"no mechanism", []string{" AUTH", " prot p"}, nil, []string{"P"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := Feat(tt.lines)
			if diff := cmp.Diff(tt.auth, f.Auth()); diff != "" {
				t.Errorf("Auth mismatch (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.prot, f.Prot()); diff != "" {
				t.Errorf("Prot mismatch (-want +got):\n%s", diff)
			}
		})
	}
}

func TestFeaturesFacts(t *testing.T) {
	for _, tt := range []struct {
		name string
		line string
		want []Fact
	}{
		{"RFC 3659", " MLST size*;Modify*;type;", []Fact{{"size", true}, {"modify", true}, {"type", false}}},
		{"DrFTPD", " MLST type*,x.crc32*,size", []Fact{{"type", true}, {"x.crc32", true}, {"size", false}}},
		{"rubbish", " MLST ;*;;size;", []Fact{{"size", false}}},
		{"bare", " MLST", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, Feat([]string{tt.line}).Facts()); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
		})
	}
}

func TestFeaturesRestStream(t *testing.T) {
	for line, want := range map[string]bool{
		" REST STREAM": true, " rest stream": true, " REST": true, " REST STREAM;BLOCK": true,
		" REST BLOCK": false, " RESTART STREAM": false, " SIZE": false,
	} {
		if got := Feat([]string{line}).RestStream(); got != want {
			t.Errorf("RestStream of %q is %v", line, got)
		}
	}
}
