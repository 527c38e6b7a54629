package parse

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestQuotas(t *testing.T) {
	told := func(free, used, limit int64) Quota { return Quota{free, used, limit, -1, -1, false} }
	for _, tt := range []struct {
		name  string
		lines []string
		want  Quota
		none  bool
	}{
		{name: "IIS", lines: []string{"Directory has 49,359,065,088 bytes of disk space available.", "Transfer complete."},
			want: told(49359065088, -1, -1)},
		{name: "IIS with code", lines: []string{"226-Directory has 1,024 bytes of disk space available.", "Transfer complete."},
			want: told(1024, -1, -1)},
		{name: "grouped by stops", lines: []string{"Directory has 49.359.065.088 bytes of disk space available."},
			want: told(49359065088, -1, -1)},
		{name: "Serv-U", lines: []string{"Maximum disk quota limited to 1000000 Kbytes", "    Used disk quota 24 Kbytes, available 999976 Kbytes", "Transfer complete."},
			want: told(999976<<10, 24<<10, 1000000<<10)},
		{name: "Pure-FTPd", lines: []string{"3 files used (30%) - authorized: 10 files", "17 Kbytes used (1%) - authorized: 1000 Kb", "File successfully transferred"},
			want: Quota{983 << 10, 17 << 10, 1000 << 10, 3, 10, false}},
		{name: "WS_FTP", lines: []string{"File and disk usage", "    File count: 3", "    File limit: 10000", "    Disk usage: 1532791", "    Disk limit: 2048000", "File and disk usage end"},
			want: Quota{515209, 1532791, 2048000, 3, 10000, false}},
		{name: "WS_FTP unlimited", lines: []string{"File and disk usage", "    File count: 3", "    File limit: Unlimited", "    Disk usage: 1532791", "    Disk limit: Unlimited"},
			want: Quota{-1, 1532791, -1, 3, -1, true}},
		{name: "ProFTPD", lines: []string{"The current quota for this session are [current/limit]:", "Name: anna", "Quota Type: User", "Per Session: False", "Limit Type: Soft", "  Uploaded Mb: 0.50/10.00", "  Downloaded Mb: unlimited", "  Transferred Mb: 0.00/1953.12", "  Uploaded files: 4/10"},
			want: Quota{19 << 19, 1 << 19, 10 << 20, 4, 10, false}},
		{name: "ProFTPD unlimited", lines: []string{"  Uploaded bytes:\tunlimited", "  Uploaded files:\tunlimited"},
			want: Quota{-1, -1, -1, -1, -1, true}},
		{name: "ProFTPD unlimited of some", lines: []string{"Uploaded bytes: 12.00/unlimited"},
			want: Quota{-1, 12, -1, -1, -1, true}},
		{name: "used of", lines: []string{"Transfer complete. 5 MB used of 10 MB."}, want: told(5<<20, 5<<20, 10<<20)},
		{name: "free behind", lines: []string{"1.5 GB free"}, want: told(3<<29, -1, -1)},
		{name: "free before", lines: []string{"Free disk space: 1234567"}, want: told(1234567, -1, -1)},
		{name: "remaining", lines: []string{"Quota remaining: 2048 KiB"}, want: told(2<<20, -1, -1)},
		{name: "over the limit", lines: []string{"Used disk quota 20 Kbytes", "Maximum disk quota limited to 10 Kbytes"}, want: told(0, 20<<10, 10<<10)},
		{name: "told twice", lines: []string{"10 bytes free", "20 bytes free"}, want: told(10, -1, -1)},
		{name: "decimal comma", lines: []string{"1,5 MB free"}, want: told(3<<19, -1, -1)},
		{name: "grouped thousands of kB", lines: []string{"1,500 KB free"}, want: told(1500<<10, -1, -1)},
		{name: "usual end", lines: []string{"Transfer complete."}, none: true},
		{name: "bytes sent", lines: []string{"Transfer complete. 12,345 bytes in 3.2 seconds"}, none: true},
		{name: "rate", lines: []string{"Maximum speed 100 KB/s"}, none: true},
		{name: "matches", lines: []string{"Options: -l", "12 matches total"}, none: true},
		{name: "share", lines: []string{"disk quota used: 50%"}, none: true},
		{name: "too large", lines: []string{"99999999999999999999 bytes free", "9999999999 TB free"}, none: true},
		{name: "slots", lines: []string{"3 connections left, 10 maximum"}, none: true},
		{name: "empty", none: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, ok := Quotas(tt.lines)
			want := tt.want
			if tt.none {
				want = told(-1, -1, -1)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
			if ok == tt.none {
				t.Errorf("told is %v", ok)
			}
		})
	}
}

func TestAvbl(t *testing.T) {
	for _, tt := range []struct {
		name string
		text string
		want int64
		err  string
	}{
		{name: "digits", text: "4702396416", want: 4702396416},
		{name: "zero", text: " 0 ", want: 0},
		{name: "words", text: "1,024 bytes available", want: 1024},
		{name: "one number", text: "AVBL 51 bytes", want: 51},
		{name: "too large", text: "9223372036854775808", err: "too large"},
		{name: "none", text: "unknown", err: "no number"},
		{name: "two", text: "1 2", err: "no number"},
		{name: "negative", text: "-1", err: "no number"},
		{name: "empty", text: "", err: "no number"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Avbl(tt.text)
			if tt.err != "" {
				wantError(t, err, tt.text, tt.err)
			} else if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
		})
	}
}

// FuzzQuotas: no number is below -1, and a reply that tells nothing has none.
func FuzzQuotas(f *testing.F) {
	f.Add("Directory has 49,359 bytes of disk space available.")
	f.Add("Uploaded Mb: 0.50/10.00\n9223372036854775807 bytes used")
	f.Fuzz(func(t *testing.T, text string) {
		q, ok := Quotas(strings.Split(text, "\n"))
		least := min(q.Free, q.Used, q.Limit, q.FilesUsed, q.FilesLimit)
		most := max(q.Free, q.Used, q.Limit, q.FilesUsed, q.FilesLimit)
		if least < -1 || !ok && (most >= 0 || q.Unlimited) {
			t.Errorf("%v %+v", ok, q)
		}
		if n, err := Avbl(text); err == nil && n < 0 {
			t.Errorf("AVBL %d", n)
		}
	})
}
