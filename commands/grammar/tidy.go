package grammar

import (
	"slices"
	"strings"
)

// clean returns words as they would look had they been typed by hand on a plain keyboard.
func clean(words []string) []string {
	plain := make([]string, 0, len(words))
	for _, word := range words {
		cleaned := cleanWord(word)
		if cleaned != "" || word == "" {
			plain = append(plain, cleaned)
		}
	}
	return plain
}

func cleanWord(word string) string {
	if body, flagged := flagBody(word); flagged || isDryRun(word) {
		if isDryRun(body) || isDryRun(word) || nearDryRun(word) {
			return dryRunFlag
		}
		return ""
	}
	word = strings.Trim(strings.Map(plainRune, word), "\"'`")
	if inner, ok := strings.CutPrefix(word, "<"); ok && strings.HasSuffix(inner, ">") && !isPlaceholder(inner) {
		return strings.TrimSuffix(inner, ">")
	}
	return word
}

// plainRune returns r as a plain keyboard types it, or -1 where nothing is to be seen.
func plainRune(r rune) rune {
	switch {
	case invisible(r) != "":
		return -1
	case isDash(r):
		return '-'
	default:
		return narrow(r)
	}
}

// isPlaceholder reports whether inner is the rest of a placeholder as help writes it, such as "room>".
func isPlaceholder(inner string) bool {
	return slices.Contains([]string{"battle", "room", "points", "score", "operation", "roomId", "alias"}, strings.TrimSuffix(inner, ">"))
}

// tidyLine tidies what follows the action of words; see tidy.
func tidyLine(words []string, join bool, choice int) []string {
	for at := range min(2, len(words)) {
		if _, ok := action(words[at]); ok {
			return append(slices.Clone(words[:at+1]), tidy(words[at+1:], join, choice)...)
		}
	}
	return words
}

// tidy writes words as rooms each followed by its number, if there is a way to: without fillers, with glued
// pairs parted, numbers in full, and the number moved behind its room. Join puts numbers together first;
// choice picks among the readings of a number that has two.
func tidy(words []string, join bool, choice int) []string {
	var parts, kept []string
	for _, word := range words {
		switch before, after, ok := unglue(word); {
		case isFlag(word):
			kept = append(kept, word)
		case isFiller(word):
		case ok:
			parts = append(parts, before, after)
		default:
			parts = append(parts, strings.TrimRight(word, ",;:"))
		}
	}
	if join {
		parts = joined(parts)
	}
	pairs, ok := paired(parts, choice)
	if !ok {
		return words
	}
	return append(pairs, kept...)
}

func isFiller(word string) bool {
	return slices.Contains([]string{
		"=", ":", "+", "-", "--", "->", "=>", "→", ",", ";", "&", ":=", "+=",
		"to", "and", "by", "for", "with", "points", "point", "pts",
	}, strings.ToLower(word))
}

// unglue parts "pk-live1=100", "pk-live1:100" and "pk-live1+100".
func unglue(word string) (room, number string, ok bool) {
	at := strings.LastIndexAny(word, "=:+")
	if at <= 0 || len(readings(word[at+1:])) == 0 {
		return "", "", false
	}
	return strings.TrimRight(word[:at], "=:+"), word[at+1:], true
}

// paired orders two words at a time as a room and its number.
func paired(words []string, choice int) ([]string, bool) {
	if len(words)%2 != 0 {
		return nil, false
	}
	pairs := make([]string, 0, len(words))
	for i := 0; i < len(words); i += 2 {
		room, numbers := words[i], readings(words[i+1])
		if len(numbers) == 0 {
			room, numbers = words[i+1], readings(words[i])
		}
		if len(numbers) == 0 {
			return nil, false
		}
		pairs = append(pairs, room, numbers[min(choice, len(numbers)-1)])
	}
	return pairs, true
}

// joined puts numbers together whose thousands were parted by a space: "1 000".
func joined(words []string) []string {
	var whole []string
	for _, word := range words {
		last := len(whole) - 1
		if last > 0 && len(word) == 3 && onlyDigits(word) && onlyDigits(whole[last]) {
			whole[last] += word
			continue
		}
		whole = append(whole, word)
	}
	return whole
}
