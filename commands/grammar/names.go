package grammar

import (
	"strings"
	"unicode"
)

// checkVisible refuses what cannot be seen in a line: two names that look alike must be alike.
func checkVisible(word string) *Error {
	for _, r := range word {
		if kind := invisible(r); kind != "" {
			return problemf(word, "%s holds %s (%U), which cannot be seen; type the word again by hand.", mark(word), kind, r)
		}
	}
	return nil
}

// invisible returns what r is if it has no look of its own, else nothing.
func invisible(r rune) string {
	switch {
	case r > 0x1f && r < 0x7f:
		return ""
	case r == '\u200b':
		return "a zero-width space"
	case r == '\u200c' || r == '\u200d':
		return "a zero-width joiner"
	case r == '\ufeff':
		return "a byte order mark"
	case unicode.Is(unicode.Bidi_Control, r):
		return "a text-direction mark"
	case unicode.IsControl(r):
		return "a control character"
	case unicode.Is(unicode.Cf, r):
		return "an invisible character"
	default:
		return ""
	}
}

// checkBattle checks a battle's id, alias or "room:<roomId>".
func checkBattle(word string) *Error {
	if room, ok := cutRoomPrefix(word); ok {
		if room == "" {
			return problemf(word, "%s names no room: the room id follows the colon without a space.", mark(word))
		}
		return checkRoom(room)
	}
	if Reserved(word) {
		return problemf(word, "%s is a word of the command, so it cannot stand for a battle here.", mark(word))
	}
	return checkName("battle", word, MaxBattleName)
}

func cutRoomPrefix(word string) (room string, ok bool) {
	if len(word) < len(RoomPrefix) || !strings.EqualFold(word[:len(RoomPrefix)], RoomPrefix) {
		return "", false
	}
	return word[len(RoomPrefix):], true
}

// battleName writes the keyword "room:" in lower case and leaves everything else as typed.
func battleName(word string) string {
	if room, ok := cutRoomPrefix(word); ok {
		return RoomPrefix + room
	}
	return word
}

func checkRoom(word string) *Error { return checkName("room", word, MaxRoomName) }

func checkOperation(word string) *Error { return checkName("operation", word, MaxOperation) }

// checkName refuses a word that cannot be an id of that kind, whatever ids there are.
func checkName(kind, word string, most int) *Error {
	switch {
	case word == "":
		return problemf(word, "The name of the %s is empty.", kind)
	case len(word) > most:
		return problemf(word, "%s is %d bytes long; %s names have at most %d.", mark(word), len(word), kind, most)
	case isCommand(word):
		return problemf(word, "%s begins another command; send one at a time.", mark(word))
	case strings.HasPrefix(word, "<") && strings.HasSuffix(word, ">"):
		return problemf(word, "%s is a placeholder; put the real %s in its place, without < and >.", mark(word), kind)
	case unescape(word) != word:
		return problemf(word, "%s was escaped twice on its way here; type it by hand.", mark(word))
	}
	for _, r := range word {
		if r < '!' || r > '~' {
			return problemf(word, "%s holds “%s” (%U); %s names have only plain Latin letters, digits and signs.",
				mark(word), show(string(r)), r, kind)
		}
	}
	return nil
}

func isCommand(word string) bool {
	return strings.EqualFold(word, scoreCommand) || strings.EqualFold(word, battleCommand)
}

// Reserved reports whether word is a keyword in any case, and so can be no battle's alias.
func Reserved(word string) bool {
	return isAction(word) || isSubcommand(word) || word == "?" || isCommand("/"+word) ||
		strings.EqualFold(word, LastOperation) || strings.EqualFold(word, revokeWord)
}
