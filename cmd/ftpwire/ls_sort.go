package main

import (
	"cmp"
	"slices"

	"github.com/spf13/cobra"

	"github.com/ftpwire/ftpwire/parse/listing"
)

// sortNone is the order in which the server lists.
const sortNone = "none"

// addSort defines --sort.
func addSort(cmd *cobra.Command) *choice {
	return addChoice(cmd, "sort", sortNone, sortNone+"|name|size|time", "order: the server's, by name, largest or newest first")
}

// take shows an entry, or keeps it until all are there.
func (l *lister) take(e listing.Entry) error {
	if l.order == sortNone {
		return l.show(e)
	}
	l.sorted = append(l.sorted, e)
	return nil
}

// showSorted shows what was kept. Entries without a size or a time are last of their order.
func (l *lister) showSorted() error {
	slices.SortStableFunc(l.sorted, func(a, b listing.Entry) int {
		byName := cmp.Compare(a.Name, b.Name)
		switch l.order {
		case "size":
			return cmp.Or(cmp.Compare(b.Size, a.Size), byName)
		case "time":
			return cmp.Or(b.Time.Compare(a.Time), byName)
		}
		return byName
	})
	for _, e := range l.sorted {
		if err := l.show(e); err != nil {
			return err
		}
	}
	l.sorted = nil
	return nil
}
