package explain_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ringside/commands/explain"
	"ringside/tencent"
)

var update = flag.Bool("update", false, "write the golden files anew")

// jargon is what nobody should have to read during a show; numbers of codes belong to it.
var jargon = regexp.MustCompile(`(?i)\b(rest|api|https?|json|url|tcp|tls|usersig|sdk|null|errorcode|webhook|callback|token|server|request id|timeout|code)\b|\d{3,}`)

// people is every phrase that Who may be made of.
var people = regexp.MustCompile(`^(you|the room's host|whoever runs this bot|the owner of the Tencent account|Tencent support|` +
	`the room's moderator|whoever runs your own app|nobody: it passes by itself|nobody: there is nothing to fix)$`)

// readable checks a text as an editor would.
func readable(t *testing.T, what string, text explain.Text) {
	t.Helper()
	for part, s := range map[string]string{"meaning": text.Meaning, "next step": text.Next} {
		if s == "" || !strings.HasSuffix(s, ".") || s != strings.TrimSpace(s) || strings.Contains(s, "  ") {
			t.Errorf("%s: the %s is no sentence: %q", what, part, s)
		}
		if word := jargon.FindString(s); word != "" {
			t.Errorf("%s: the %s says %q", what, part, word)
		}
		for _, sentence := range strings.Split(s, ". ") {
			if n := len(strings.Fields(sentence)); n > 22 {
				t.Errorf("%s: a sentence of %d words: %q", what, n, sentence)
			}
		}
	}
	for _, person := range strings.Split(text.Who, ", or ") {
		if !people.MatchString(person) {
			t.Errorf("%s: nobody is called %q", what, person)
		}
	}
}

func TestEveryCodeIsExplained(t *testing.T) {
	t.Parallel()
	for _, command := range tencent.Commands() {
		for _, code := range tencent.Codes() {
			text, ok := explain.Code(command, code)
			if !ok {
				t.Errorf("%s %d has no explanation", command, code)
				continue
			}
			readable(t, fmt.Sprintf("%s %d", command, code), text)
		}
	}
}

func TestUnlistedCodesAreNot(t *testing.T) {
	t.Parallel()
	for _, code := range []int{0, 1, -1, 60001, 70004, 99999, 100207, 100417, 102099, 102201, 123456} {
		if text, ok := explain.Code(tencent.CommandSetBattleScore, code); ok || text != (explain.Text{}) {
			t.Errorf("%d: %+v", code, text)
		}
	}
}

// TestEffectAgreesWithTheCatalogue keeps the words from promising more than the outcome does.
func TestEffectAgreesWithTheCatalogue(t *testing.T) {
	t.Parallel()
	for _, code := range tencent.Codes() {
		entry, _ := tencent.Lookup(tencent.CommandSetBattleScore, code)
		text, _ := explain.Code(tencent.CommandSetBattleScore, code)
		certain := strings.Contains(text.Meaning, "not changed")
		if want := entry.NotExecuted() && (code < 100000 || entry.WholeBattle()); certain != want {
			t.Errorf("%d: %q", code, text.Meaning)
		}
		if open := strings.Contains(text.Meaning, "may or may not"); open != (entry.Retry == tencent.RetryReadFirst) {
			t.Errorf("%d: %q", code, text.Meaning)
		}
		if careful := strings.Contains(text.Next, "Do not simply repeat"); careful != (entry.Retry == tencent.RetryReadFirst) {
			t.Errorf("%d: %q", code, text.Next)
		}
	}
}

func TestPermissionDependsOnTheCommand(t *testing.T) {
	t.Parallel()
	score, _ := explain.Code(tencent.CommandSetBattleScore, 100006)
	create, _ := explain.Code(tencent.CommandCreateBattle, 100006)
	info, _ := explain.Code(tencent.CommandGetBattleInfo, 100006)
	if !strings.Contains(score.Meaning, "not running") || !strings.Contains(create.Meaning, "No battle was started") {
		t.Errorf("%+v\n%+v", score, create)
	}
	if !strings.Contains(info.Meaning, "may not do this") || info.Who != "whoever runs this bot" {
		t.Errorf("%+v", info)
	}
}

func TestResults(t *testing.T) {
	t.Parallel()
	listed := map[tencent.Command][]int{
		tencent.CommandSetBattleScore: {0, 1}, tencent.CommandCreateBattle: {-1, 0, 1, 2, 3, 4, 5}, tencent.CommandGetBattleInfo: nil,
	}
	for command, codes := range listed {
		for code := -3; code < 10; code++ {
			text, ok := explain.Result(command, code)
			if ok != slices.Contains(codes, code) {
				t.Errorf("%s %d: explained %v", command, code, ok)
			}
			if ok {
				readable(t, fmt.Sprintf("%s result %d", command, code), text)
			}
		}
	}
}

// lost is evidence of every kind that Failure explains.
func lost() map[string]tencent.Evidence {
	out := map[string]tencent.Evidence{
		"unsent: busy":      {Err: &tencent.BusyError{Command: tencent.CommandSetBattleScore}},
		"unsent: shut":      {Err: tencent.ErrClosed},
		"unsent: gave up":   {Err: context.Canceled},
		"unsent: no error":  {},
		"sent: unlisted":    {Written: true, Complete: true, Code: 123456},
		"sent: no error":    {Written: true},
		"sent: other error": {Written: true, Err: errors.New("usersig=abc")},
	}
	for _, reason := range tencent.Reasons() {
		out["unsent: "+string(reason)] = tencent.Evidence{Err: &tencent.Failure{Reason: reason}}
		out["sent: "+string(reason)] = tencent.Evidence{Written: true, Err: &tencent.Failure{Reason: reason, Detail: "usersig"}}
	}
	return out
}

func TestFailures(t *testing.T) {
	t.Parallel()
	for name, evidence := range lost() {
		text := explain.Failure(evidence)
		readable(t, name, text)
		if unsent := strings.Contains(text.Meaning, "Nothing was sent, so nothing was changed."); unsent == evidence.Written {
			t.Errorf("%s: %q", name, text.Meaning)
		}
		if open := strings.Contains(text.Meaning, "may or may not have counted"); open != evidence.Written {
			t.Errorf("%s: %q", name, text.Meaning)
		}
		if evidence.Written && !strings.Contains(text.Next, "Do not simply repeat") {
			t.Errorf("%s: %q", name, text.Next)
		}
	}
}

func TestFailedReads(t *testing.T) {
	t.Parallel()
	for name, evidence := range lost() {
		text := explain.FailedRead(evidence)
		readable(t, name, text)
		if strings.Contains(text.Meaning, "counted") || strings.Contains(text.Next, "Do not") {
			t.Errorf("%s: %q %q", name, text.Meaning, text.Next)
		}
	}
}

// TestTexts shows every text in one file, for people to read; go test ./commands/explain -update writes it.
func TestTexts(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	write := func(name string, text explain.Text) {
		fmt.Fprintf(&out, "%s\n  %s\n  > %s\n  @ %s\n", name, text.Meaning, text.Next, text.Who)
	}
	for _, code := range tencent.Codes() {
		if code > 102100 {
			break // The rest of that range reads the same.
		}
		text, _ := explain.Code(tencent.CommandSetBattleScore, code)
		write(fmt.Sprint(code), text)
	}
	for _, command := range tencent.Commands() {
		for code := -1; code < 6; code++ {
			if text, ok := explain.Result(command, code); ok {
				write(fmt.Sprintf("%s result %d", command, code), text)
			}
		}
	}
	names := make([]string, 0)
	for name := range lost() {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		write(name, explain.Failure(lost()[name]))
		write(name+" (a read)", explain.FailedRead(lost()[name]))
	}
	compareGolden(t, "testdata/texts.golden", out.String())
}

func compareGolden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Error(diff)
	}
}
