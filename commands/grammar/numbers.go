package grammar

import (
	"math"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Points reads how many points to add: 1 to MaxScore, as "1340", "1,340", "1_340" or "+1340".
// Its error is always an *Error.
func Points(word string) (int64, error) { return exported(amount(VerbAdd, word)) }

// Score reads the score to set: 0 to MaxScore, as "1340", "1,340" or "1_340". Its error is always an *Error.
func Score(word string) (int64, error) { return exported(amount(VerbSet, word)) }

func exported(n int64, problem *Error) (int64, error) {
	if problem != nil {
		return 0, problem
	}
	return n, nil
}

// FormatInt returns n with a comma between thousands: 1,340.
func FormatInt(n int64) string {
	digits := strconv.FormatInt(n, 10)
	sign := ""
	if digits[0] == '-' {
		sign, digits = "-", digits[1:]
	}
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return sign + digits
}

// amount reads the number of a change.
func amount(verb Verb, word string) (int64, *Error) {
	unsigned := word
	if verb == VerbAdd {
		unsigned = strings.TrimPrefix(word, "+")
	}
	n, ok := whole(unsigned)
	switch {
	case !ok:
		return 0, notWhole(verb, word)
	case n > MaxScore && verb == VerbAdd:
		return 0, problemf(word, "%s is too much; at most %s points are added at once.", mark(word), FormatInt(MaxScore))
	case n > MaxScore:
		return 0, problemf(word, "%s is too much; the highest score is %s.", mark(word), FormatInt(MaxScore))
	case n == 0 && verb == VerbAdd:
		return 0, problemf(word, "Adding %s changes nothing; points start at 1.", mark(word))
	default:
		return n, nil
	}
}

// whole reads plain ASCII digits without leading zeros, grouped by "," or "_" in threes or not at all.
// What does not fit is math.MaxInt64.
func whole(word string) (int64, bool) {
	digits, ok := ungroup(word)
	if !ok || digits == "" || (len(digits) > 1 && digits[0] == '0') {
		return 0, false
	}
	var n int64
	for i := range len(digits) {
		digit := digits[i] - '0'
		if digit > 9 {
			return 0, false
		}
		if n > (math.MaxInt64-9)/10 {
			n = math.MaxInt64
			continue
		}
		n = n*10 + int64(digit)
	}
	return n, true
}

// ungroup takes out thousands separators of one kind that all stand where they should.
func ungroup(word string) (string, bool) {
	at := strings.IndexAny(word, ",_")
	if at < 0 {
		return word, true
	}
	groups := strings.Split(word, word[at:at+1])
	for i, group := range groups {
		if (i == 0 && (group == "" || len(group) > 3)) || (i > 0 && len(group) != 3) {
			return "", false
		}
	}
	return strings.Join(groups, ""), true
}

// notWhole says why word is no number that is read.
func notWhole(verb Verb, word string) *Error {
	switch shape, digits := shapeOf(word); shape {
	case shapeEmpty:
		return problemf(word, "The number is empty.")
	case shapeNegative:
		if verb == VerbSet {
			return problemf(word, "%s is below zero; the lowest score is 0.", mark(word))
		}
		return problemf(word, "%s is below zero: points are only added; to lower a score, look it up and set the lower one.", mark(word))
	case shapePlus:
		return problemf(word, "%s could mean add or set: write a score to set without the plus, or say add.", mark(word))
	case shapeForeign:
		return problemf(word, "%s is not written with the digits 0 to 9; if it is %s, type it so.", mark(word), digits)
	case shapeZeros:
		return problemf(word, "%s begins with a zero, as a part of a longer number does; write it without.", mark(word))
	case shapeShort:
		return problemf(word, "%s is a short form; write the number in full, so that nobody has to guess.", mark(word))
	case shapePower:
		return problemf(word, "%s is written with a power of ten; write the number in full.", mark(word))
	case shapePoint:
		return problemf(word, "%s holds a decimal point; numbers here are whole, and thousands are parted by a comma.", mark(word))
	case shapeGrouped:
		return problemf(word, "%s is not grouped in threes, so a digit may be missing; write 1,000 or 1000.", mark(word))
	default:
		return problemf(word, "%s is not a whole number.", mark(word))
	}
}

// looksNumeric reports whether word was meant as a number, however badly it is written.
func looksNumeric(word string) bool {
	first, _ := utf8.DecodeRuneInString(strings.TrimLeftFunc(word, func(r rune) bool {
		return isDash(r) || r == '+' || r == '＋' || r == '.' || r == '='
	}))
	return unicode.IsDigit(first)
}
