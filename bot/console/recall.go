package console

import "strings"

// maxHistory bounds how many lines the up key offers.
const maxHistory = 200

// history is what the up key offers: commands, without blank lines, answers to questions and repeats.
type history struct{ lines []string }

func newHistory(lines []string) *history {
	h := &history{}
	for _, line := range lines {
		h.Add(line)
	}
	return h
}

// Add remembers a line that is worth it.
func (h *history) Add(line string) {
	if in := parse(line); in.kind == kindNothing || in.kind == kindNumber {
		return
	}
	if n := len(h.lines); n > 0 && h.lines[n-1] == line {
		return
	}
	h.lines = append(h.lines, line)
	if over := len(h.lines) - maxHistory; over > 0 {
		h.lines = append(h.lines[:0], h.lines[over:]...)
	}
}

// Len returns how many lines there are.
func (h *history) Len() int { return len(h.lines) }

// At returns the line added last for 0, the one before for 1, and so on.
func (h *history) At(i int) string { return h.lines[len(h.lines)-1-i] }

// complete returns line continued as far as all phrases that begin with it agree, with or without the
// slash in front.
func complete(phrases []string, line string) (string, int, bool) {
	typed := strings.ToLower(line)
	var common string
	matches := 0
	for _, phrase := range phrases {
		if !strings.HasPrefix(phrase, typed) && !strings.HasPrefix(phrase, "/"+typed) {
			continue
		}
		if matches++; matches == 1 {
			common = phrase
			continue
		}
		common = commonPrefix(common, phrase)
	}
	if matches == 1 {
		common += " "
	}
	if len(common) <= len(line) {
		return "", 0, false
	}
	return common, len(common), true
}

func commonPrefix(a, b string) string {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return a[:n]
}
