package calendar

import (
	"testing"
	"time"
)

// TestDaysSince1970 compares each first and last day of a month with package time.
func TestDaysSince1970(t *testing.T) {
	for year := range 3000 {
		for month := 1; month <= 12; month++ {
			for _, day := range [...]int{1, DaysIn(year, month)} {
				want := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC).Unix() / 86400
				if got := DaysSince1970(year, month, day); got != want {
					t.Fatalf("%d-%d-%d is day %d; want %d", year, month, day, got, want)
				}
			}
		}
	}
}
