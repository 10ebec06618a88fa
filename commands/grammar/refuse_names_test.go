package grammar_test

import (
	"strings"
	"testing"
)

func TestParseRefusesNames(t *testing.T) {
	t.Parallel()
	good := []string{"/battle-score demo add pk-live1 100"}
	helpAdd := []string{"/battle help add"}
	const hidden = ", which cannot be seen; type the word again by hand."
	const plain = "; room names have only plain Latin letters, digits and signs."
	runRefused(t, scoreCommand, []refused{
		{
			"zero-width space", "demo add pk\u200b-live1 100",
			"“pk[U+200B]-live1” holds a zero-width space (U+200B)" + hidden, "",
			good,
		},
		{
			"zero-width joiner", "demo add pk\u200d-live1 100",
			"“pk[U+200D]-live1” holds a zero-width joiner (U+200D)" + hidden, "",
			good,
		},
		{
			"byte order mark", "\ufeffdemo add pk-live1 100",
			"“[U+FEFF]demo” holds a byte order mark (U+FEFF)" + hidden, "",
			good,
		},
		{
			"override", "demo add \u202epk-live1 100",
			"“[U+202E]pk-live1” holds a text-direction mark (U+202E)" + hidden, "",
			good,
		},
		{
			"isolate", "demo add pk-live1\u2069 100",
			"“pk-live1[U+2069]” holds a text-direction mark (U+2069)" + hidden, "",
			good,
		},
		{
			"left-to-right mark on a number", "demo add pk-live1 \u200e100",
			"“[U+200E]100” holds a text-direction mark (U+200E)" + hidden, "",
			good,
		},
		{
			"soft hyphen", "demo add pk-\u00adlive1 100",
			"“pk-[U+00AD]live1” holds an invisible character (U+00AD)" + hidden, "",
			good,
		},
		{
			"control character", "demo add pk-live1\x07 100",
			"“pk-live1[U+0007]” holds a control character (U+0007)" + hidden, "",
			good,
		},
		{
			"NUL in a keyword", "demo add\x00 pk-live1 100",
			"“add[U+0000]” holds a control character (U+0000)" + hidden, "",
			good,
		},
		{"long dash", "demo add pk–live1 100", "“pk–live1” holds “–” (U+2013)" + plain, "", good},
		{"full-width", "demo add ｐｋ-live1 100", "“ｐｋ-live1” holds “ｐ” (U+FF50)" + plain, "", good},
		{"Cyrillic letter", "demo add рk-live1 100", "“рk-live1” holds “р” (U+0440)" + plain, "", helpAdd},
		{"private use", "demo add a\ue000 100", "“a[U+E000]” holds “[U+E000]” (U+E000)" + plain, "", helpAdd},
		{
			"room too long", "demo add " + strings.Repeat("r", 49) + " 100",
			"“" + strings.Repeat("r", 48) + "…” is 49 bytes long; room names have at most 48.", "",
			helpAdd,
		},
		{
			"battle too long", strings.Repeat("b", 257),
			"“" + strings.Repeat("b", 48) + "…” is 257 bytes long; battle names have at most 256.", "",
			[]string{"/battle help battle-score"},
		},
		{"empty room", `demo add "" 100`, "The name of the room is empty.", "", helpAdd},
		{"empty battle", `"" add r 1`, "The name of the battle is empty.", "", helpAdd},
		{
			"no room after the prefix", "room: add r 1",
			"“room:” names no room: the room id follows the colon without a space.", "",
			helpAdd,
		},
		{
			"space after the prefix", "room: pk-live1",
			"“room:” names no room: the room id follows the colon without a space.", "",
			[]string{"/battle-score room:pk-live1"},
		},
		{
			"prefix with a bad room", "room:" + strings.Repeat("r", 49),
			"“" + strings.Repeat("r", 48) + "…” is 49 bytes long; room names have at most 48.", "",
			[]string{"/battle help battle-score"},
		},
		{
			"placeholder", "<battle> add <room> 100",
			"“<battle>” is a placeholder; put the real battle in its place, without < and >.", "",
			helpAdd,
		},
		{
			"placeholder from Slack", "demo add &lt;pk-live1&gt; 100",
			"“<pk-live1>” is a placeholder; put the real room in its place, without < and >.", "",
			good,
		},
		{
			"escaped twice", "demo add a&amp;amp;b 100",
			"“a&amp;b” was escaped twice on its way here; type it by hand.", "",
			helpAdd,
		},
		{"quote not closed", `demo add "pk-live1 100`, "The quotation mark in “\"pk-live1” is never closed.", "", good},
		{"quote alone", `demo add pk-live1 100 "`, "The quotation mark in “\"” is never closed.", "", good},
	})
}
