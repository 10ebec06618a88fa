package config

import (
	"bytes"
	"errors"
	"sort"
	"strings"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"
)

// document is a TOML file: its values, and the line of each of its keys and elements by path.
type document struct {
	tree  map[string]any
	lines map[string]int
}

// parse reads a TOML file. If it is none, the problem says where and what was expected.
func parse(data []byte) (document, *Problem) {
	data = bytes.TrimPrefix(data, []byte("\ufeff")) // some editors begin a file with a mark
	var tree map[string]any
	if err := toml.Unmarshal(data, &tree); err != nil {
		return document{}, syntaxProblem(err)
	}
	return document{tree: tree, lines: locate(data)}, nil
}

// syntaxProblem says what is wrong with the file as TOML. The library's longer text shows the lines
// around the place, which may hold a secret, and a number is repeated where it cannot be read.
func syntaxProblem(err error) *Problem {
	text := strings.TrimPrefix(err.Error(), "toml: ")
	text, _, _ = strings.Cut(text, ": strconv.")
	p := &Problem{Text: "this is not valid TOML: " + oneLine(text)}
	if strings.Contains(text, "at start of value") || strings.Contains(text, "expected keyword") {
		p.Text += "; a text stands in quotes"
	}
	var where *toml.DecodeError
	if errors.As(err, &where) {
		p.Line, p.Column = where.Position()
	}
	return p
}

// maxDepth is how deep lines are noted, which is deeper than any setting lies.
const maxDepth = 5

// locator notes the line of every key and element of a file. The library tells positions only through its
// syntax tree.
type locator struct {
	parser unstable.Parser
	starts []int          // the offset at which each line begins
	counts map[string]int // elements seen so far of each array of tables
	lines  map[string]int
}

// locate returns the line of each key of a file that is known to be TOML.
func locate(data []byte) map[string]int {
	l := &locator{starts: lineStarts(data), counts: make(map[string]int), lines: make(map[string]int)}
	l.parser.Reset(data)
	table := ""
	for l.parser.NextExpression() {
		switch node := l.parser.Expression(); node.Kind {
		case unstable.Table, unstable.ArrayTable:
			table = l.header(node)
		case unstable.KeyValue:
			l.keyValue(table, node, strings.Count(table, ".")+1)
		}
	}
	return l.lines
}

func lineStarts(data []byte) []int {
	starts := []int{0}
	for i, c := range data {
		if c == '\n' {
			starts = append(starts, i+1)
		}
	}
	return starts
}

// note keeps the line of the first mention of a path.
func (l *locator) note(path string, node *unstable.Node) {
	if l.lines[path] == 0 && node.Raw.Length > 0 {
		offset := int(node.Raw.Offset)
		l.lines[path] = sort.Search(len(l.starts), func(i int) bool { return l.starts[i] > offset })
	}
}

// header notes a line like [slack] or [[grant]] and returns the path that it opens.
func (l *locator) header(node *unstable.Node) string {
	path := ""
	depth := 0
	for key := node.Key(); key.Next() && depth < maxDepth; depth++ {
		path = join(path, string(key.Node().Data))
		if key.IsLast() && node.Kind == unstable.ArrayTable {
			l.note(path, key.Node())
			l.counts[path]++
		}
		if n := l.counts[path]; n > 0 {
			path = element(path, n)
		}
		l.note(path, key.Node())
	}
	return path
}

func (l *locator) keyValue(table string, node *unstable.Node, depth int) {
	path := table
	for key := node.Key(); key.Next() && depth < maxDepth; depth++ {
		path = join(path, string(key.Node().Data))
		l.note(path, key.Node())
	}
	l.value(path, node.Value(), depth)
}

// value notes what lies inside a list or an inline table.
func (l *locator) value(path string, node *unstable.Node, depth int) {
	if depth >= maxDepth {
		return
	}
	number := 0
	for child := node.Children(); child.Next(); {
		switch inner := child.Node(); {
		case inner.Kind == unstable.KeyValue:
			l.keyValue(path, inner, depth)
		case node.Kind == unstable.Array:
			number++
			l.note(element(path, number), inner)
			l.value(element(path, number), inner, depth+1)
		}
	}
}
