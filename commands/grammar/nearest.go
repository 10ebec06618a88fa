package grammar

import "strings"

// nearestRunes bounds the words that are compared; longer ones are nobody's typing error.
const nearestRunes = 64

// Nearest returns the known word that word was probably meant as: the one with the fewest single mistakes
// (a letter missing, added, wrong, or two swapped), case aside. Of several it is the one that shares the
// longest beginning, then the earlier one. One mistake is allowed, two from six letters on, three from nine.
func Nearest(word string, known []string) (string, bool) {
	typed := []rune(strings.ToLower(word))
	if len(typed) == 0 || len(typed) > nearestRunes {
		return "", false
	}
	best, fewest, longest := "", allowedMistakes(len(typed))+1, 0
	for _, candidate := range known {
		target := []rune(strings.ToLower(candidate))
		if len(target) == 0 || len(target) > nearestRunes {
			continue
		}
		n := mistakes(typed, target)
		shared := sharedStart(typed, target)
		if n < fewest || (n == fewest && best != "" && shared > longest) {
			best, fewest, longest = candidate, n, shared
		}
	}
	return best, best != ""
}

func allowedMistakes(length int) int { return min(max(length/3, 1), 3) }

func sharedStart(a, b []rune) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

// mistakes is the Damerau-Levenshtein distance in its restricted form (optimal string alignment).
func mistakes(a, b []rune) int {
	var rows [3][nearestRunes + 1]int
	for j := range len(b) + 1 {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		before, last, row := &rows[(i+1)%3], &rows[(i+2)%3], &rows[i%3]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
	}
	return rows[len(a)%3][len(b)]
}
