package grammar

import (
	"strconv"
	"strings"
	"unicode"
)

// shape is the way in which a number is badly written.
type shape int

const (
	shapeOther shape = iota
	shapeEmpty
	shapeNegative
	shapePlus
	shapeForeign
	shapeZeros
	shapeShort
	shapePower
	shapePoint
	shapeGrouped
)

const (
	digitSet = "0123456789"
	trailing = ",;:.!" // what people put after a number in a list or a sentence
)

// shapeOf returns how word fails to be a plain number, and what it is with the digits 0 to 9.
func shapeOf(word string) (shape, string) {
	if word == "" {
		return shapeEmpty, ""
	}
	ascii := asciiDigits(word)
	body := strings.TrimLeft(ascii, "+-")
	first, rest := cutDigits(body)
	switch {
	case first == "":
		return shapeOther, ascii
	case ascii[0] == '-':
		return shapeNegative, ascii
	case hasForeignDigit(word):
		return shapeForeign, ascii
	case ascii[0] == '+' && rest == "":
		return shapePlus, ascii
	case rest == "":
		return shapeZeros, ascii
	case strings.Trim(rest, trailing) == "":
		return shapeOther, ascii
	case isOneOf(rest[0], ",_'’"):
		return shapeGrouped, ascii
	}
	return shapeOfTail(rest), ascii
}

// shapeOfTail looks at what follows the first digits of a number.
func shapeOfTail(tail string) shape {
	fraction, point := strings.CutPrefix(tail, ".")
	if point {
		_, tail = cutDigits(fraction)
	}
	_, power := cutPower(tail)
	switch {
	case power && strings.ContainsAny(tail, "eE"):
		return shapePower
	case power && tail != "":
		return shapeShort
	case point && tail == "":
		return shapePoint
	default:
		return shapeOther
	}
}

// readings returns the numbers that a badly written one may mean, likeliest first: at most two, each
// written so that whole reads it. They are for suggestions and never acted on.
func readings(word string) []string {
	body := strings.TrimRight(asciiDigits(word), trailing)
	body = strings.TrimLeft(body, "+=")
	for _, unit := range []string{"points", "point", "pts", "pt", "p"} {
		if cut, ok := strings.CutSuffix(strings.ToLower(body), unit); ok {
			body = cut
			break
		}
	}
	first, rest := cutDigits(body)
	if first == "" || len(body) > 24 {
		return nil
	}
	if n, ok := whole(body); ok {
		return []string{strconv.FormatInt(n, 10)}
	}
	fraction, point := strings.CutPrefix(rest, ".")
	if point {
		fraction, rest = cutDigits(fraction)
	} else {
		fraction = ""
	}
	if zeros, power := cutPower(rest); power {
		return scaled(first, fraction, zeros)
	}
	return regrouped(body, first)
}

// regrouped reads a number whose separators stand wrong; a short last group may also be a decimal part.
func regrouped(body, first string) []string {
	joined := strings.NewReplacer(",", "", "_", "", "'", "", ".", "").Replace(body)
	switch last := strings.LastIndexAny(body, ",_'."); {
	case !onlyDigits(joined):
		return nil
	case len(body)-last-1 < 3:
		return []string{trimZeros(joined), trimZeros(first)}
	default:
		return []string{trimZeros(joined)}
	}
}

// scaled returns first.fraction times ten to the power of zeros, or what it may mean if that is not whole.
func scaled(first, fraction string, zeros int) []string {
	switch {
	case zeros == 0 && len(fraction) == 3:
		return []string{trimZeros(first + fraction), trimZeros(first)}
	case len(strings.TrimRight(fraction, "0")) <= zeros:
		fraction = strings.TrimRight(fraction, "0")
		return []string{trimZeros(first + fraction + strings.Repeat("0", zeros-len(fraction)))}
	case zeros == 0:
		n, _ := whole(trimZeros(first))
		return []string{strconv.FormatInt(n, 10), strconv.FormatInt(n+1, 10)}
	default:
		return nil
	}
}

// cutPower reads what may follow a number's digits: nothing, k, m, or an exponent up to nine.
func cutPower(tail string) (zeros int, ok bool) {
	switch strings.ToLower(tail) {
	case "":
		return 0, true
	case "k":
		return 3, true
	case "m":
		return 6, true
	}
	if tail[0] != 'e' && tail[0] != 'E' {
		return 0, false
	}
	digits := strings.TrimLeft(strings.TrimPrefix(tail[1:], "+"), "0")
	if len(digits) != 1 || !onlyDigits(digits) {
		return 0, false
	}
	return int(digits[0] - '0'), true
}

// asciiDigits writes every script's decimal digits as 0 to 9, and full-width and typographic signs plainly.
func asciiDigits(word string) string {
	return strings.Map(func(r rune) rune {
		switch value, ok := digitValue(r); {
		case ok:
			return '0' + value
		case isDash(r):
			return '-'
		case r == '’':
			return '\''
		default:
			return narrow(r)
		}
	}, word)
}

// digitValue returns the value of a decimal digit of any script. Unicode keeps the ten of each script
// together and in order, so an unbroken run of digits, of one script or several, begins with a zero.
func digitValue(r rune) (rune, bool) {
	if !unicode.IsDigit(r) {
		return 0, false
	}
	zero := r
	for unicode.IsDigit(zero - 1) {
		zero--
	}
	return (r - zero) % 10, true
}

// narrow turns the full-width forms of ASCII that input methods type into ASCII itself.
func narrow(r rune) rune {
	switch {
	case r >= '！' && r <= '～':
		return r - '！' + '!'
	case r == '、':
		return ','
	default:
		return r
	}
}

func hasForeignDigit(word string) bool {
	return strings.ContainsFunc(word, func(r rune) bool { return r >= 0x80 && unicode.IsDigit(r) })
}

func cutDigits(s string) (digits, rest string) {
	rest = strings.TrimLeft(s, digitSet)
	return s[:len(s)-len(rest)], rest
}

func onlyDigits(s string) bool { return s != "" && strings.Trim(s, digitSet) == "" }

func isOneOf(b byte, set string) bool { return strings.IndexByte(set, b) >= 0 }

func trimZeros(digits string) string {
	if trimmed := strings.TrimLeft(digits, "0"); trimmed != "" {
		return trimmed
	}
	return "0"
}
