package console

import (
	"fmt"

	"ringside/commands"
)

// maxQuoted bounds, in runes, how much of a line is repeated to the person who typed it.
const maxQuoted = 60

func longLine() commands.Reply {
	return commands.Reply{
		Tone:     commands.ToneBad,
		Headline: fmt.Sprintf("That line is too long: at most %d KiB fit. Nothing was done.", maxLine>>10),
	}
}

func notACommand(words string) commands.Reply {
	return commands.Reply{
		Tone:     commands.ToneBad,
		Headline: fmt.Sprintf("“%s” is not a command. Nothing was done.", cut(words, maxQuoted)),
		Notes:    []string{"Type one of these, or “exit”:"},
		Examples: []string{
			commands.ScoreCommand + " <battle> add <room> <points>",
			commands.BattleCommand + " list",
			"help",
		},
	}
}

func noSuchChoice(typed string, open []string) commands.Reply {
	r := commands.Reply{Tone: commands.ToneBad}
	if len(open) == 0 {
		r.Headline = fmt.Sprintf("No question is open, so %s answers nothing. Nothing was done.", typed)
		return r
	}
	r.Headline = fmt.Sprintf("%s is none of the choices. Nothing was done.", typed)
	r.Notes = []string{"The choices now:"}
	r.Examples = open
	return r
}

func severalChoices(open []string) commands.Reply {
	return commands.Reply{
		Tone:     commands.ToneBad,
		Headline: "That stands under more than one question. Nothing was done; type a number.",
		Notes:    []string{"The choices now:"},
		Examples: open,
	}
}

func typedAhead() commands.Reply {
	return commands.Reply{
		Tone:     commands.ToneBad,
		Headline: "That was typed before the question could be read. Nothing was done; choose again.",
	}
}
