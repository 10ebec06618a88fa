package tencent_test

import (
	"bufio"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ringside/tencent"
)

// listed is one line of testdata/codes.txt.
type listed struct {
	code   int
	only   tencent.Command // empty: every command
	retry  tencent.Retry
	fixers []tencent.Fixer
}

func readListed(t *testing.T) []listed {
	t.Helper()
	file, err := os.Open("testdata/codes.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	var out []listed
	for lines := bufio.NewScanner(file); lines.Scan(); {
		words := strings.Fields(lines.Text())
		if len(words) == 0 || words[0] == "#" {
			continue
		}
		number, only, _ := strings.Cut(words[0], "/")
		code, err := strconv.Atoi(number)
		if err != nil || len(words) < 3 {
			t.Fatalf("bad line %q", lines.Text())
		}
		l := listed{code: code, only: tencent.Command(only), retry: tencent.Retry(words[1])}
		for _, word := range words[2:] {
			if word != "-" {
				l.fixers = append(l.fixers, tencent.Fixer(word))
			}
		}
		out = append(out, l)
	}
	return out
}

func TestCatalogueIsTheVendorsList(t *testing.T) {
	t.Parallel()
	var codes []int
	for _, l := range readListed(t) {
		codes = append(codes, l.code)
		for _, command := range tencent.Commands() {
			if l.only != "" && l.only != command {
				continue
			}
			got, known := tencent.Lookup(command, l.code)
			want := tencent.Entry{Command: command, Code: l.code, Retry: l.retry, Fixers: l.fixers}
			if diff := cmp.Diff(want, got); !known || diff != "" {
				t.Errorf("%s %d: known %v\n%s", command, l.code, known, diff)
			}
		}
	}
	if diff := cmp.Diff(slices.Compact(codes), tencent.Codes()); diff != "" {
		t.Error(diff)
	}
}

func TestUnlistedCodesAreUnknown(t *testing.T) {
	t.Parallel()
	for _, code := range []int{-1, 0, 1, 59999, 60001, 60022, 60029, 70004, 70017, 80006, 99999, 100014, 100207, 100417, 100422, 102099, 102201, 1 << 30} {
		if entry, known := tencent.Lookup(tencent.CommandSetBattleScore, code); known {
			t.Errorf("%d is known as %+v", code, entry)
		}
	}
}

func TestWhatACodeProves(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		holds func(tencent.Entry) bool
		codes []int
	}{
		{"slow down", tencent.Entry.SlowDown, []int{60007, 60011, 60018, 60019}},
		{"re-sign", tencent.Entry.Resign, []int{70001, 70003, 70052}},
		{"whole battle", tencent.Entry.WholeBattle, []int{100006, 100411, 100420, 100421}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var got []int
			for _, code := range tencent.Codes() {
				if entry, _ := tencent.Lookup(tencent.CommandSetBattleScore, code); tt.holds(entry) {
					got = append(got, code)
				}
			}
			if diff := cmp.Diff(tt.codes, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestNotExecuted(t *testing.T) {
	t.Parallel()
	tests := map[tencent.Retry]bool{
		tencent.RetryNow: true, tencent.RetryOnce: true, tencent.RetryResign: true, tencent.RetryLater: true,
		tencent.RetryFix: true, tencent.RetryReadFirst: false, tencent.RetryNone: false, "": false,
	}
	for retry, want := range tests {
		if got := (tencent.Entry{Retry: retry}).NotExecuted(); got != want {
			t.Errorf("%q: got %v", retry, got)
		}
	}
	for _, code := range []int{60008, 60013, 70169, 70500, 100001, 100010, 100300} {
		if entry, _ := tencent.Lookup(tencent.CommandSetBattleScore, code); entry.NotExecuted() {
			t.Errorf("%d proves that nothing was done", code)
		}
	}
}
