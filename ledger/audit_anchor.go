package ledger

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

const (
	maxAnchor   = 1024 // bytes of an anchor's text; a result's whole footer is far shorter
	digestShort = 16   // digits of a digest as it is shown
	digestFull  = 64   // digits of a whole hash, as an export shows it
)

// Anchor is something that was kept outside the ledger and that its chain must still hold: a digest, and what is known of
// the event that has it.
type Anchor struct {
	Seq    int64  // the event's number; 0 when not known
	Op     string // the event's operation; a number is kept here too, for an operation's id may be all digits
	Digest string // 16 or 64 lower-case hexadecimal digits: the beginning of the event's hash, or all of it
}

// String returns the anchor as ParseAnchor reads it.
func (a Anchor) String() string {
	switch {
	case a.Op != "":
		return a.Op + ":" + a.Digest
	case a.Seq != 0:
		return strconv.FormatInt(a.Seq, 10) + ":" + a.Digest
	}
	return a.Digest
}

// ParseAnchor reads SEQ:DIGEST, OPERATION:DIGEST or DIGEST in capitals or not, with words around it, so that a line can be
// copied as a report or a result's footer shows it.
func ParseAnchor(text string) (Anchor, error) {
	if len(text) > maxAnchor {
		return Anchor{}, fmt.Errorf("an anchor has at most %d characters, and this has %d", maxAnchor, len(text))
	}
	words := anchorWords(text)
	found, err := digestAmong(words, text)
	if err != nil {
		return Anchor{}, err
	}
	return named(nameBefore(words, found), words[found], text)
}

// anchorWords splits a text into lower-case words and colons; all else only separates.
func anchorWords(text string) []string {
	return strings.Fields(strings.ReplaceAll(strings.Map(func(r rune) rune {
		switch {
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		case r == ':', r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			return r
		}
		return ' '
	}, text), ":", " : "))
}

// digestAmong returns the index of the word that is the digest: the one behind "audit", or else the only one.
func digestAmong(words []string, text string) (int, error) {
	var all, marked []int
	for i, word := range words {
		if !isDigest(word) {
			continue
		}
		all = append(all, i)
		if i > 0 && words[i-1] == "audit" {
			marked = append(marked, i)
		}
	}
	switch {
	case len(marked) == 1:
		return marked[0], nil
	case len(all) == 1:
		return all[0], nil
	case len(all) > 1:
		return 0, fmt.Errorf("%s holds %d digests; give each anchor by itself", quoted(text), len(all))
	}
	return 0, noDigest(words, text)
}

func isDigest(word string) bool {
	return (len(word) == digestShort || len(word) == digestFull) && isHex(word)
}

func isHex(word string) bool { return strings.Trim(word, "0123456789abcdef") == "" }

// noDigest says what is missing, and how near the text comes to it.
func noDigest(words []string, text string) error {
	const nearly = digestShort / 2
	near := ""
	for _, word := range words {
		if len(word) >= nearly && isHex(word) {
			near = fmt.Sprintf("; %s has %d", quoted(word), len(word))
		}
	}
	return fmt.Errorf("%s is no anchor: write SEQ:DIGEST, OPERATION:DIGEST or DIGEST, such as 41:0123456789abcdef, "+
		"where the digest has %d digits from 0 to 9 and a to f%s", quoted(text), digestShort, near)
}

func quoted(text string) string {
	const most = 80
	if len(text) > most {
		return strconv.QuoteToASCII(text[:most]) + "…"
	}
	return strconv.QuoteToASCII(text)
}

// nameBefore returns what the digest belongs to: the word before its colon, or the one behind "operation".
func nameBefore(words []string, found int) string {
	if found >= 2 && words[found-1] == ":" && isName(words[found-2]) {
		return words[found-2]
	}
	for i, word := range words[:found] {
		if word != "operation" {
			continue
		}
		if words[i+1] == ":" {
			i++
		}
		if isName(words[i+1]) && i+1 < found {
			return words[i+1]
		}
	}
	return ""
}

// isName tells an event's number or an operation's id from the words that are there for people. No id has their i, o or u.
func isName(word string) bool {
	return !slices.Contains([]string{":", "audit", "anchor", "digest", "operation"}, word)
}

func named(name, digest, text string) (Anchor, error) {
	a := Anchor{Op: name, Digest: digest}
	if name == "" || strings.Trim(name, "0123456789") != "" {
		return a, nil
	}
	seq, err := strconv.ParseInt(name, 10, 64)
	if err != nil || seq == 0 {
		return Anchor{}, fmt.Errorf("%s names the event %s, and events are numbered from 1 up", quoted(text), quoted(name))
	}
	a.Seq = seq
	return a, nil
}

// watch looks out for an anchor's event while a chain passes by.
type watch struct {
	Anchor
	want []byte // the bytes of the digest
	met  bool
	seen Event // the last event of that name that has another digest
}

func watchFor(anchors []Anchor) ([]*watch, error) {
	watched := make([]*watch, len(anchors))
	for i, a := range anchors {
		want, err := hex.DecodeString(a.Digest)
		if err != nil || !isDigest(a.Digest) {
			return nil, fmt.Errorf("the anchor %s has no digest", quoted(a.String()))
		}
		watched[i] = &watch{Anchor: a, want: want}
	}
	return watched, nil
}

// alone reports whether nothing but the digest is known.
func (w *watch) alone() bool { return w.Op == "" && w.Seq == 0 }

func (w *watch) see(e Event) {
	byName := e.Seq == w.Seq || w.Op != "" && e.Op == w.Op
	switch {
	case w.met || !byName && !w.alone():
	case bytes.HasPrefix(e.Hash[:], w.want):
		w.met = true
	case byName:
		w.seen = e
	}
}
