package ftpwire

import (
	"context"
	"errors"
	"time"

	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/parse/listing"
)

// zoneFiles is how many files DetectZone asks the server about.
const zoneFiles = 3

// DetectZone finds the time zone of LIST. It compares the times of up to three files in a directory with those of
// MDTM, which are UTC, and uses the zone for the listings to come. The second result is false if the zone can't be
// found: there is no MDTM, no file has a time of day, or the files disagree. MLSD needs no zone.
func (c *Client) DetectZone(ctx context.Context, dir string) (*time.Location, bool, error) {
	var loc *time.Location
	var ok bool
	err := c.do(ctx, "detectzone", dir, func(ctx context.Context) (err error) {
		loc, ok, err = c.detectZone(ctx, dir)
		return err
	})
	return loc, ok, err
}

// detectZone is DetectZone with the turn held.
func (c *Client) detectZone(ctx context.Context, dir string) (*time.Location, bool, error) {
	c.zoneSought = true
	o := c.listOptions(ctx)
	o.Lines.Location = nil
	var files []listing.Entry
	for e, err := range c.conn.List(ctx, dir, o) {
		if _, unread := errors.AsType[*parse.Error](err); err != nil && !unread {
			return nil, false, err
		}
		// The list is read to its end: to leave it would abort the transfer.
		timed := e.Precision == parse.PrecisionSecond || e.Precision == parse.PrecisionMinute
		if err == nil && len(files) < zoneFiles && e.Kind == listing.KindFile && timed && e.Zone == listing.ZoneUnknown {
			files = append(files, e)
		}
	}
	var d listing.ZoneDetector
	for _, e := range files {
		if t, err := c.conn.Mdtm(ctx, join(dir, e.Name)); err == nil {
			d.Add(e, t)
		} else if dead := c.conn.Err(); dead != nil {
			return nil, false, dead
		}
	}
	loc, ok := d.Location()
	if ok {
		c.list.Lines.Location = loc
	}
	return loc, ok, nil
}

// findZone detects the zone once, where the Profile asks for it. That it can't be found out is no error; the times then have no
// known zone.
func (c *Client) findZone(ctx context.Context, dir string) error {
	if c.zoneSought || c.profile == nil || c.profile.TimeZone != zoneAuto {
		return nil
	}
	_, _, err := c.detectZone(ctx, dir)
	return err
}

// join returns the pathname of a file in a directory.
func join(dir, name string) string {
	if dir == "" || dir[len(dir)-1] == '/' {
		return dir + name
	}
	return dir + "/" + name
}
