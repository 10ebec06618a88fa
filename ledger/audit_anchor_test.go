package ledger

import (
	"strings"
	"testing"
	"unicode"
)

const (
	someDigest = "0123456789abcdef"
	someHash   = someDigest + someDigest + someDigest + someDigest
)

func TestParseAnchor(t *testing.T) {
	t.Parallel()
	bySeq, byOp, alone := Anchor{Seq: 41, Op: "41", Digest: someDigest}, Anchor{Op: "k7m2qx", Digest: someDigest}, Anchor{Digest: someDigest}
	for text, want := range map[string]Anchor{
		"41:" + someDigest:                         bySeq,
		" 41 : 0123456789ABCDEF\n":                 bySeq,
		"Keep this as an anchor: 41:" + someDigest: bySeq,
		"anchor:41:" + someDigest:                  bySeq,
		"`41:" + someDigest + "`":                  bySeq,
		"_41:" + someDigest + "_.":                 bySeq,
		"k7m2qx:" + someDigest:                     byOp,
		"K7M2QX:" + someDigest:                     byOp,
		"operation k7m2qx · audit " + someDigest:   byOp,
		"operation k7m2qx… · audit " + someDigest:  byOp,
		"Operation: k7m2qx, audit: " + someDigest:  byOp,
		"operation k7m2qx: " + someDigest:          byOp,
		someDigest:                                 alone,
		"audit " + someDigest:                      alone,
		"audit: " + someDigest:                     alone,
		"digest : 0123456789abcdeF":                alone,
		":" + someDigest:                           alone,
		"::" + someDigest:                          alone,
		"41:" + someHash:                           {Seq: 41, Op: "41", Digest: someHash},
		strings.ToUpper(someHash):                  {Digest: someHash},
		"9223372036854775807:" + someDigest:        {Seq: 9223372036854775807, Op: "9223372036854775807", Digest: someDigest},
		"operation audit 0123456789abcdef":         alone,
		"operation k7m2qx · fedcba9876543210 · asked by console:local · audit " + someDigest: byOp,
		"operation r7rnk0 · demo · asked by console:local · approved by slack:T1/user/U2 · audit 4667af0a6d5e333c": {
			Op: "r7rnk0", Digest: "4667af0a6d5e333c",
		},
	} {
		got, err := ParseAnchor(text)
		if err != nil || got != want {
			t.Errorf("%q: %+v and %v, want %+v", text, got, err, want)
		}
	}
}

func TestParseAnchorRefuses(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                                   `"" is no anchor`,
		"41":                                 "SEQ:DIGEST",
		"41:0123456789abcde":                 `"0123456789abcde" has 15`,
		"41:0123456789abcdef0":               `"0123456789abcdef0" has 17`,
		"41:0123456789abcdeg":                "is no anchor",
		"operation k7m2qx":                   "is no anchor",
		"0:" + someDigest:                    "numbered from 1 up",
		"000:" + someDigest:                  "numbered from 1 up",
		"99999999999999999999:" + someDigest: "numbered from 1 up",
		"41:" + someDigest + " 42:fedcba9876543210": "holds 2 digests",
		someDigest + ":" + someDigest:               "holds 2 digests",
		strings.Repeat("x", maxAnchor+1):            "at most 1024",
		"\x1b[2J" + strings.Repeat("\u202e", 60):    "is no anchor",
		"41:０１２３４５６７８９abcdef":                       "is no anchor",
	} {
		got, err := ParseAnchor(text)
		if err == nil || !strings.Contains(err.Error(), want) || got != (Anchor{}) {
			t.Errorf("%q: %+v and %v, want %q", text, got, err, want)
		}
		if err != nil && strings.ContainsFunc(err.Error(), unicode.IsControl) {
			t.Errorf("%q: control characters in %q", text, err)
		}
	}
}

// FuzzParseAnchor holds that any text ends in an anchor that reads as itself again, or in one line that fits a terminal.
func FuzzParseAnchor(f *testing.F) {
	for _, text := range []string{
		"41:" + someDigest, "operation k7m2qx · audit " + someDigest, someHash, "audit: " + someDigest, "0:" + someDigest, "41:0123", "\x1b: :",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		a, err := ParseAnchor(text)
		if err != nil {
			if strings.ContainsFunc(err.Error(), func(r rune) bool { return !unicode.IsGraphic(r) }) || len(err.Error()) > 1000 {
				t.Errorf("the error is %q", err)
			}
			return
		}
		again, err := ParseAnchor(a.String())
		if err != nil || again != a {
			t.Errorf("%+v reads as %+v and %v", a, again, err)
		}
		if _, err := watchFor([]Anchor{a}); err != nil {
			t.Errorf("%+v: %v", a, err)
		}
	})
}
