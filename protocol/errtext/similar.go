package errtext

// Similar reports whether a may be a misspelt b.
func Similar(a, b string) bool { return distance(a, b) <= max(1, len(a)/3) }

// Near returns those of names that look most like a, if a may be a misspelt form of them.
func Near(a string, names []string) (near []string) {
	least := max(1, len(a)/3)
	for _, n := range names {
		switch d := distance(a, n); {
		case d < least:
			near, least = []string{n}, d
		case d == least:
			near = append(near, n)
		}
	}
	return near
}

// distance returns how many letters must be put in, left out, changed or swapped
// with their neighbour to make b of a.
func distance(a, b string) int {
	before, last := make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := range len(a) {
		row := make([]int, len(b)+1)
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			row[j+1] = min(last[j]+cost, row[j]+1, last[j+1]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last = last, row
	}
	return last[len(b)]
}
