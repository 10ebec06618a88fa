package grammar

import (
	"strconv"
	"strings"
	"time"
	"unicode"
)

// Duration reads how long a battle runs: "5m", "90 s", "1h30m", "5 minutes", "5:00" or "1:30:00". It is whole seconds,
// from ShortestBattle to LongestBattle. Its error is always an *Error.
func Duration(text string) (time.Duration, error) {
	d, problem := readSpan(strings.Fields(text))
	if problem != nil {
		return 0, problem
	}
	return d, nil
}

// readSpan is Duration on words.
func readSpan(words []string) (time.Duration, *Error) {
	text := strings.Join(words, " ")
	d, ok := span(text)
	switch {
	case text == "":
		return 0, problemf("", "The duration is missing: write it as 5m, 90s, 1h30m or 5:00.")
	case !ok && onlyDigits(asciiDigits(text)):
		return 0, problemf(text, "%s what? A duration has a unit: seconds as %[2]ss or minutes as %[2]sm.", mark(text), show(asciiDigits(text)))
	case !ok:
		return 0, problemf(text, "%s is not a duration; write it as 5m, 90s, 1h30m or 5:00.", mark(text))
	case d < ShortestBattle:
		return 0, problemf(text, "%s is too short; a battle runs 1 second at least.", mark(text))
	case d > LongestBattle:
		return 0, problemf(text, "%s is too long; a battle runs %d hours at most.", mark(text), LongestBattle/time.Hour)
	default:
		return d, nil
	}
}

// span reads a duration of any length: by the clock, or in hours, minutes and seconds, each once, the longest unit
// first and only that one above its usual range.
func span(text string) (time.Duration, bool) {
	if strings.Contains(text, ":") {
		return clockSpan(text)
	}
	var total, above time.Duration
	for text != "" {
		digits, rest := cutDigits(text)
		name, after := cutLetters(strings.TrimPrefix(rest, " "))
		unit := unitOf(name)
		part := time.Duration(count(digits)) * unit
		if digits == "" || unit == 0 || (above > 0 && part >= above) {
			return 0, false
		}
		total, above, text = total+part, unit, strings.TrimPrefix(after, " ")
	}
	return total, above > 0
}

// clockSpan reads minutes:seconds or hours:minutes:seconds.
func clockSpan(text string) (time.Duration, bool) {
	parts := strings.Split(text, ":")
	if len(parts) > 3 {
		return 0, false
	}
	total := 0
	for i, part := range parts {
		if !onlyDigits(part) || (i > 0 && (len(part) != 2 || count(part) > 59)) {
			return 0, false
		}
		total = total*60 + count(part)
	}
	return time.Duration(total) * time.Second, true
}

// mostCounted is more of any unit than a battle may have, and few enough of each to be added up.
const mostCounted = 99_999

// count returns the value of ASCII digits, or mostCounted if that is more.
func count(digits string) int {
	n, err := strconv.Atoi(digits)
	if err != nil {
		return mostCounted
	}
	return min(n, mostCounted)
}

func cutLetters(s string) (letters, rest string) {
	rest = strings.TrimLeftFunc(s, unicode.IsLetter)
	return s[:len(s)-len(rest)], rest
}

// unitOf returns what a unit stands for, or 0.
func unitOf(name string) time.Duration {
	switch strings.ToLower(name) {
	case "h", "hr", "hrs", "hour", "hours":
		return time.Hour
	case "m", "min", "mins", "minute", "minutes":
		return time.Minute
	case "s", "sec", "secs", "second", "seconds":
		return time.Second
	default:
		return 0
	}
}

// FormatDuration returns whole seconds as one word that Duration reads: 1h30m, without units that are zero at its end.
func FormatDuration(d time.Duration) string {
	word := d.String()
	if d%time.Minute == 0 {
		word = strings.TrimSuffix(word, "0s")
	}
	if d%time.Hour == 0 {
		word = strings.TrimSuffix(word, "0m")
	}
	return word
}

// spanReadings returns the durations that badly written words may mean, likeliest first. They are for suggestions.
func spanReadings(words []string) []string {
	text := strings.TrimRight(asciiDigits(strings.Join(words, " ")), trailing)
	if _, ok := span(text); ok {
		return []string{text}
	}
	if onlyDigits(text) && count(text) < 60 {
		return []string{text + "m", text + "s"}
	}
	if onlyDigits(text) {
		return []string{text + "s", text + "m"}
	}
	if d, err := time.ParseDuration(strings.ToLower(shortUnits(text))); err == nil && d%time.Second == 0 && d > 0 {
		return []string{FormatDuration(d)}
	}
	return nil
}

// shortUnits writes the units of a duration with their first letter, and without the spaces around them.
func shortUnits(text string) string {
	var out strings.Builder
	for text != "" {
		at := strings.IndexFunc(text, unicode.IsLetter)
		if at < 0 {
			at = len(text)
		}
		letters, rest := cutLetters(text[at:])
		if unitOf(letters) > 0 {
			letters = letters[:1]
		}
		out.WriteString(strings.TrimSpace(text[:at]) + letters)
		text = rest
	}
	return out.String()
}
