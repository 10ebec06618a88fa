package grammar_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseRefusesNumbers(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name    string
		number  string
		problem string
		read    []string // the numbers that are offered instead
	}{
		{
			"short form", "1k",
			"“1k” is a short form; write the number in full, so that nobody has to guess.",
			[]string{"1000"},
		},
		{
			"short form with a fraction", "+1.25K",
			"“+1.25K” is a short form; write the number in full, so that nobody has to guess.",
			[]string{"1250"},
		},
		{
			"millions", "2m",
			"“2m” is a short form; write the number in full, so that nobody has to guess.",
			[]string{"2000000"},
		},
		{"exponent", "1e3", "“1e3” is written with a power of ten; write the number in full.", []string{"1000"}},
		{
			"fraction", "1.5",
			"“1.5” holds a decimal point; numbers here are whole, and thousands are parted by a comma.",
			[]string{"1", "2"},
		},
		{
			"point between thousands", "1.000",
			"“1.000” holds a decimal point; numbers here are whole, and thousands are parted by a comma.",
			[]string{"1000", "1"},
		},
		{"points between thousands", "1.000.000", "“1.000.000” is not a whole number.", []string{"1000000"}},
		{
			"bad grouping", "1,00",
			"“1,00” is not grouped in threes, so a digit may be missing; write 1,000 or 1000.",
			[]string{"100", "1"},
		},
		{
			"group of four", "1,0000",
			"“1,0000” is not grouped in threes, so a digit may be missing; write 1,000 or 1000.",
			[]string{"10000"},
		},
		{
			"first group of four", "1000,000",
			"“1000,000” is not grouped in threes, so a digit may be missing; write 1,000 or 1000.",
			[]string{"1000000"},
		},
		{
			"mixed grouping", "1,000_000",
			"“1,000_000” is not grouped in threes, so a digit may be missing; write 1,000 or 1000.",
			[]string{"1000000"},
		},
		{
			"apostrophe", "1'000",
			"“1'000” is not grouped in threes, so a digit may be missing; write 1,000 or 1000.",
			[]string{"1000"},
		},
		{"comma after it", "100,", "“100,” is not a whole number.", []string{"100"}},
		{
			"leading zero", "0100",
			"“0100” begins with a zero, as a part of a longer number does; write it without.",
			[]string{"100"},
		},
		{"unit", "100pts", "“100pts” is not a whole number.", []string{"100"}},
		{"equals sign", "=100", "“=100” is not a whole number.", []string{"100"}},
		{
			"Arabic-Indic digits", "١٠٠",
			"“١٠٠” is not written with the digits 0 to 9; if it is 100, type it so.",
			[]string{"100"},
		},
		{
			"Devanagari digits", "१००",
			"“१००” is not written with the digits 0 to 9; if it is 100, type it so.",
			[]string{"100"},
		},
		{
			"full-width digits", "１，０００",
			"“１，０００” is not written with the digits 0 to 9; if it is 1,000, type it so.",
			[]string{"1000"},
		},
		{"bold digits", "𝟏𝟎𝟎", "“𝟏𝟎𝟎” is not written with the digits 0 to 9; if it is 100, type it so.", []string{"100"}},
		{"hexadecimal", "0x10", "“0x10” is not a whole number.", nil},
		{"two exponents", "1e3e3", "“1e3e3” is not a whole number.", nil},
		{"endless exponent", "1e999999999", "“1e999999999” is not a whole number.", nil},
		{"too big", "2147483648", "“2147483648” is too much; at most 2,147,483,647 points are added at once.", nil},
		{
			"far too big", strings.Repeat("9", 48),
			"“" + strings.Repeat("9", 48) + "” is too much; at most 2,147,483,647 points are added at once.",
			nil,
		},
		{"empty", `""`, "The number is empty.", nil},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got := refusal(t, scoreCommand, "demo add pk-live1 "+tc.number+" pk-live2 5")
			var want []string
			for _, number := range tc.read {
				want = append(want, "/battle-score demo add pk-live1 "+number+" pk-live2 5")
			}
			if want == nil {
				want = []string{"/battle help add"}
			}
			if diff := cmp.Diff(want, got.Try); diff != "" {
				t.Errorf("Try (-want +got):\n%s", diff)
			}
			if got.Problem != tc.problem {
				t.Errorf("Problem = %s\nwant      %s", got.Problem, tc.problem)
			}
		})
	}
}

func TestParseRefusesNumbersBelowTheirRange(t *testing.T) {
	t.Parallel()
	const lower = "points are only added; to lower a score, look it up and set the lower one."
	seeScore := []string{"/battle-score demo"}
	runRefused(t, scoreCommand, []refused{
		{"negative add", "demo add r -5", "“-5” is below zero: " + lower, "", seeScore},
		{"negative add, minus sign", "demo add r −5", "“−5” is below zero: " + lower, "", seeScore},
		{"negative add, long dash", "demo add r —5", "“—5” is below zero: " + lower, "", seeScore},
		{"negative add, battle left out", "add r -5", "“-5” is below zero: " + lower, "", []string{"/battle info"}},
		{"negative set", "demo set r -5", "“-5” is below zero; the lowest score is 0.", "", seeScore},
		{"adding nothing", "demo add r 0", "Adding “0” changes nothing; points start at 1.", "", seeScore},
		{"taking away", "demo minus r 5", "“minus” cannot be done: " + lower, "", seeScore},
		{
			"plus in a set", "demo set r +5",
			"“+5” could mean add or set: write a score to set without the plus, or say add.", "",
			[]string{"/battle-score demo set r 5", "/battle-score demo add r 5"},
		},
		{
			"score too big", "demo set r 2147483648", "“2147483648” is too much; the highest score is 2,147,483,647.", "", []string{"/battle help set"},
		},
		{
			"fraction of a score", "demo set r 1.0",
			"“1.0” holds a decimal point; numbers here are whole, and thousands are parted by a comma.", "",
			[]string{"/battle-score demo set r 1"},
		},
	})
}
