package commands

import "ringside/commands/grammar"

// FormFor returns the form that a platform shows instead of handing an invocation on; false if it needs none. It looks
// at the words alone: whether the person may do it is decided when the form comes back.
func FormFor(inv Invocation) (Form, bool) {
	if inv.Sheet != nil {
		return Form{}, false
	}
	req, err := grammar.Parse(inv.Command, inv.Text)
	if err != nil || req.Verb != grammar.VerbBulk || req.Operation != "" {
		return Form{}, false
	}
	return Form{
		Title:       "Many changes at once",
		Label:       "Rows: battle, add or set, room, score",
		Placeholder: "final, add, pk-live1, 100",
		FileLabel:   "Or a CSV file",
		Send:        "Check",
	}, true
}

// TooLarge answers a sheet of more than MaxSheet bytes, of which nothing was read.
func TooLarge() Reply {
	return Reply{
		Tone: ToneBad, Headline: "The file is larger than 2 MB, so nothing was read and nothing was sent.",
		Notes: []string{"Split it into several files. 10,000 rows are at most about 1 MB."},
	}
}
