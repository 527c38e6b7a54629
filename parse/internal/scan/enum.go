package scan

import "fmt"

// EnumName returns names[i], or the number if there is none.
func EnumName(i int, names ...string) string {
	if i < 0 || i >= len(names) {
		return fmt.Sprintf("%%!(%d)", i)
	}
	return names[i]
}
