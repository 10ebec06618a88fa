package config

import (
	"fmt"
	"slices"
	"strings"
)

// Problem is one thing that is wrong with the settings.
type Problem struct {
	File   string // the settings file, as it was named
	Line   int    // from 1; 0 if no line can be named, as for a missing section
	Column int    // from 1; 0 if the problem is about a whole line
	Key    string // the full path, elements counted from 1: "grant[2].may[1]"; empty if it is about the file
	Text   string // what is wrong and what to write instead; never a secret
}

// String returns the problem as one line: "ringside.toml:12: slack.mode: must be …".
func (p Problem) String() string {
	var b strings.Builder
	b.WriteString(p.File)
	if p.Line > 0 {
		fmt.Fprintf(&b, ":%d", p.Line)
	}
	if p.Column > 0 {
		fmt.Fprintf(&b, ":%d", p.Column)
	}
	b.WriteString(": ")
	if p.Key != "" {
		b.WriteString(p.Key + ": ")
	}
	b.WriteString(p.Text)
	return b.String()
}

// Error is everything that is wrong with a settings file.
type Error struct {
	Problems []Problem // in the order of the file; those without a line at the end
	Omitted  int       // further problems that are only counted
}

// Error returns one line for each problem.
func (e *Error) Error() string {
	lines := make([]string, 0, len(e.Problems)+1)
	for _, p := range e.Problems {
		lines = append(lines, p.String())
	}
	if e.Omitted > 0 {
		lines = append(lines, fmt.Sprintf("and %d more", e.Omitted))
	}
	return strings.Join(lines, "\n")
}

// maxProblems is more than anybody reads at once; a file of another kind would have thousands.
const maxProblems = 100

// report gathers problems and knows in which line each key stands.
type report struct {
	file  string
	lines map[string]int
	meant map[string]bool // the keys and sections that misspelt ones were probably meant to be
	Error
}

func (r *report) add(p Problem) {
	p.File = r.file
	r.Problems = append(r.Problems, p)
}

// at returns the spot of a key, to report about.
func (r *report) at(path string) spot { return spot{r: r, path: path} }

// full reports whether further problems are only counted.
func (r *report) full() bool { return len(r.Problems) >= maxProblems }

// err returns the problems as an error, or nil if there are none.
func (r *report) err() error {
	if len(r.Problems) == 0 {
		return nil
	}
	slices.SortStableFunc(r.Problems, func(a, b Problem) int {
		if (a.Line == 0) != (b.Line == 0) {
			return b.Line - a.Line
		}
		return a.Line - b.Line
	})
	return &r.Error
}

// spot is a key in the file, there or missing.
type spot struct {
	r    *report
	path string
}

// say reports a problem with the key.
func (s spot) say(format string, args ...any) {
	if s.r.full() {
		s.r.Omitted++
		return
	}
	s.r.add(Problem{Line: s.line(), Key: s.path, Text: fmt.Sprintf(format, args...)})
}

// line is that of the key or of the nearest thing around it that is in the file.
func (s spot) line() int {
	for path := s.path; path != ""; path = outer(path) {
		if line := s.r.lines[path]; line > 0 {
			return line
		}
	}
	return 0
}

// excused reports whether something is wrong with the key already, with an element of it or with its name,
// so that it need not be complained about as missing.
func (s spot) excused() bool {
	for path := s.path; path != ""; path = outer(path) {
		if s.r.meant[path] {
			return true
		}
	}
	return slices.ContainsFunc(s.r.Problems, func(p Problem) bool {
		rest, ok := strings.CutPrefix(p.Key, s.path)
		return ok && (rest == "" || rest[0] == '[')
	})
}

// outer is the path of what a key or an element lies in.
func outer(path string) string { return path[:max(0, strings.LastIndexAny(path, ".["))] }

// key returns the spot of a key inside this table.
func (s spot) key(name string) spot { return spot{r: s.r, path: join(s.path, name)} }

// item returns the spot of the element with this index, counted from 0.
func (s spot) item(index int) spot { return spot{r: s.r, path: element(s.path, index+1)} }

// element is the path of the element with this number, counted from 1 as people do.
func element(path string, number int) string { return fmt.Sprintf("%s[%d]", path, number) }

// join is the path of a key inside a table. A key that is no plain word is quoted and cut, since the file
// may hold anything.
func join(path, name string) string {
	if !plain(name) {
		name = quote(name)
	}
	if path == "" {
		return name
	}
	return path + "." + name
}

func plain(name string) bool {
	return name != "" && len(name) <= maxQuoted && !strings.ContainsFunc(name, func(r rune) bool {
		return !isUpper(r) && !isDigit(r) && !(r >= 'a' && r <= 'z') && r != '_' && r != '-'
	})
}

func isUpper(r rune) bool { return r >= 'A' && r <= 'Z' }

func isDigit(r rune) bool { return r >= '0' && r <= '9' }
