package listing

import (
	"fmt"
	"time"

	"github.com/ftpwire/ftpwire/parse"
)

const (
	// maxZone is the largest offset from UTC that is believed: that of the zones of the world, 14 hours, and
	// clocks that are half a day wrong. A larger difference comes from a wrong year or a wrong date.
	maxZone = 26 * time.Hour

	// zoneStep is what the offsets of all zones are multiples of.
	zoneStep = 15 * time.Minute

	// zoneSlack is how far a difference may be from a multiple of zoneStep: servers round to the minute or to
	// the two seconds of FAT. A file that is further off was written between LIST and MDTM.
	zoneSlack = time.Minute
)

// zoneOffset returns how far the server's clock is ahead of UTC, from the times that LIST and MDTM tell for a
// file; that of MDTM is UTC (RFC 3659, Section 3). The entry must have been read without a Location, so that its
// Zone is ZoneUnknown, and be precise to the minute.
//
// It is not ok if the two say nothing about a zone: no time of day, a difference of more than 26 hours, or one
// that is not within a minute of a multiple of 15 minutes.
func zoneOffset(listed Entry, mdtm time.Time) (offset time.Duration, ok bool) {
	precise := listed.Precision == parse.PrecisionSecond || listed.Precision == parse.PrecisionMinute
	if listed.Zone != ZoneUnknown || !precise || listed.Time.IsZero() || mdtm.IsZero() {
		return 0, false
	}
	if listed.Precision == parse.PrecisionMinute {
		mdtm = mdtm.Truncate(time.Minute)
	}
	diff := listed.Time.Sub(mdtm)
	if diff.Abs() > maxZone+zoneSlack {
		return 0, false
	}
	offset = diff.Round(zoneStep)
	return offset, (diff-offset).Abs() <= zoneSlack && offset.Abs() <= maxZone
}

// zoneNamed returns the location with an offset, named like "+02:00".
func zoneNamed(offset time.Duration) *time.Location {
	if offset == 0 {
		return time.UTC
	}
	sign, abs := '+', offset.Abs()
	if offset < 0 {
		sign = '-'
	}
	name := fmt.Sprintf("%c%02d:%02d", sign, int(abs.Hours()), int(abs.Minutes())%60)
	return time.FixedZone(name, int(offset.Seconds()))
}

// A ZoneDetector finds the zone of a server's local times from several files: from what LIST says about each, read
// without a Location, and what MDTM says, which is UTC (RFC 3659, Section 3). The zone is that of the files' dates:
// where there is daylight saving time, files of the other half of the year are an hour off. The zero value is ready.
// It is not safe for concurrent use.
type ZoneDetector struct {
	offset  time.Duration
	files   int
	dispute bool
}

// Add compares one file and reports whether it says something about the zone: it must have a time of day, at most
// 26 hours from that of MDTM, and within a minute of a multiple of 15 minutes from it.
func (d *ZoneDetector) Add(listed Entry, mdtm time.Time) bool {
	offset, ok := zoneOffset(listed, mdtm)
	if !ok {
		return false
	}
	d.dispute = d.dispute || d.files > 0 && offset != d.offset
	d.offset = offset
	d.files++
	return true
}

// Location returns the zone that all files agree on; a zone without an offset is [time.UTC]. It is not ok if no file said anything, or if two
// contradict each other. Files on either side of a change to daylight saving time do: then no fixed offset is right.
func (d *ZoneDetector) Location() (*time.Location, bool) {
	if d.files == 0 || d.dispute {
		return nil, false
	}
	return zoneNamed(d.offset), true
}
