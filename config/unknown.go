package config

import (
	"maps"
	"slices"
	"strings"
)

// unknownSections reports what stands at the top of the file and is no section.
func unknownSections(top spot, tree map[string]any, sections []section) {
	var names, headers []string
	for _, s := range sections {
		names, headers = append(names, s.name), append(headers, s.header())
	}
	for _, name := range strangers(top, tree, names) {
		_, isTable := tree[name].(map[string]any)
		if !isTable && tables(tree[name]) == nil {
			top.key(name).say("unknown setting%s", anywhere(name, "every setting stands in a section such as [slack]"))
			continue
		}
		hint := "; there are " + strings.Join(headers, ", ")
		if i := nearest(name, names); i >= 0 {
			top.r.meant[names[i]] = true
			hint = "; did you mean " + headers[i] + "?"
		}
		top.key(name).say("unknown section%s", hint)
	}
}

// unknownSettings reports the keys of a section that nobody knows, with the nearest that is known: in the
// section itself, or else in another one.
func unknownSettings(at spot, table map[string]any, settings []setting) {
	var names []string
	for _, s := range settings {
		names = append(names, s.Key)
	}
	home, _, _ := strings.Cut(at.path, "[")
	for _, name := range strangers(at, table, names) {
		hint := anywhere(name, "there are "+strings.Join(names, ", "))
		if i := nearest(name, names); i >= 0 {
			at.r.meant[at.key(names[i]).path] = true
			hint = "; did you mean " + join(home, names[i]) + "?"
		}
		at.key(name).say("unknown setting%s", hint)
	}
}

// strangers returns the keys of a table that are not among the names. Where the report is full they are
// only counted: a guess for each takes time, and the file has shown what it is.
func strangers(at spot, table map[string]any, names []string) []string {
	var all []string
	for _, name := range slices.Sorted(maps.Keys(table)) {
		if slices.Contains(names, name) {
			continue
		}
		if len(all)+len(at.r.Problems) >= maxProblems {
			at.r.Omitted++
			continue
		}
		all = append(all, name)
	}
	return all
}

// anywhere returns the nearest setting of the whole file as the end of a message, or else the other end.
func anywhere(name, otherwise string) string {
	var keys, paths []string
	for _, s := range Settings() {
		_, key, _ := strings.Cut(s.Key, ".")
		keys, paths = append(keys, key), append(paths, s.Key)
	}
	if i := nearest(name, keys); i >= 0 {
		return "; did you mean " + paths[i] + "?"
	}
	return "; " + otherwise
}

// didYouMean returns a half sentence for the end of a message, or nothing if no word is near.
func didYouMean(text string, words []string) string {
	if i := nearest(text, words); i >= 0 {
		return "; did you mean " + words[i] + "?"
	}
	return ""
}

// nearest returns the index of the word that text was probably meant to be, or -1 if none is near.
func nearest(text string, words []string) int {
	best, bound := -1, 1+min(len(text), 30)/4
	for i, word := range words {
		if d := distance(text, word, bound); d <= bound {
			best, bound = i, d-1
		}
	}
	return best
}

// distance counts the letters to insert, drop, change or swap with their neighbour to turn a into b,
// whatever their case. It is only told to be more than bound once their lengths say so.
func distance(a, b string, bound int) int {
	a, b = strings.ToLower(a), strings.ToLower(b)
	if len(a)-len(b) > bound || len(b)-len(a) > bound {
		return bound + 1
	}
	var before []int
	last := make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := range len(a) {
		row := make([]int, len(b)+1)
		row[0] = i + 1
		for j := range len(b) {
			row[j+1] = min(last[j+1]+1, row[j]+1, last[j]+differs(a[i], b[j]))
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last = last, row
	}
	return last[len(b)]
}

func differs(a, b byte) int {
	if a == b {
		return 0
	}
	return 1
}
