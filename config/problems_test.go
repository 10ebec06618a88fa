package config_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ringside/config"
)

var update = flag.Bool("update", false, "write the golden files anew")

// slip is one way to get the settings wrong: texts of the good file and what stands there instead.
type slip struct {
	name  string
	edits [][2]string
	env   map[string]string // added to the surroundings
	files map[string]string
}

func with(name string, edits ...string) slip {
	s := slip{name: name}
	for i := 0; i+1 < len(edits); i += 2 {
		s.edits = append(s.edits, [2]string{edits[i], edits[i+1]})
	}
	return s
}

func (s slip) setting(name, value string) slip {
	s.env = map[string]string{name: value}
	return s
}

func (s slip) file(path, text string) slip {
	s.files = map[string]string{path: text}
	return s
}

// apply returns the edited file and the surroundings it is loaded in.
func (s slip) apply(t testing.TB) (string, machine) {
	t.Helper()
	toml, m := good, surroundings()
	for _, e := range s.edits {
		if !strings.Contains(toml, e[0]) {
			t.Fatalf("%s: the good file does not hold %q", s.name, e[0])
		}
		toml = strings.Replace(toml, e[0], e[1], 1)
	}
	for name, value := range s.env {
		m.env[name] = value
	}
	for path, text := range s.files {
		m.files[path] = text
	}
	return toml, m
}

// slips returns the chapters of the golden file.
func slips() map[string][]slip {
	return map[string][]slip{
		"syntax": syntaxSlips(), "keys": keySlips(), "types": typeSlips(), "values": valueSlips(),
		"secrets": secretSlips(), "platforms": platformSlips(), "ids": idSlips(), "grants": grantSlips(),
	}
}

func TestProblems(t *testing.T) {
	t.Parallel()
	for chapter, slips := range slips() {
		t.Run(chapter, func(t *testing.T) {
			t.Parallel()
			var got strings.Builder
			for _, s := range slips {
				toml, m := s.apply(t)
				c, err := m.load(toml)
				var wrong *config.Error
				if c != nil || !errors.As(err, &wrong) {
					t.Errorf("%s: Load returned %v and %v, want an *Error", s.name, c, err)
					continue
				}
				fmt.Fprintf(&got, "# %s\n%s\n\n", s.name, wrong)
			}
			golden(t, filepath.Join("testdata", "problems-"+chapter+".txt"), got.String())
		})
	}
}

func golden(t *testing.T, path, got string) {
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
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}

// One file with a problem of every kind, to see them together, in the order of the file.
func TestEveryProblemAtOnce(t *testing.T) {
	t.Parallel()
	_, err := surroundings().load(`language = "en"
[tencent]
sdk_app_id = "1400000000"
secret_key = "hidden-literal"
timeout = "2s"

[slack]
enabled = true
bot_tokn = "xoxb-hidden"
teams = ["T0123", "ringside"]

[chat]
language = "de"

[[person]]
ids = ["slack:T0123/user/U0456"]

[[person]]
ids = ["console:local", "slack:T0123/user/U0456"]

[[grant]]
name = "hosts"
who = ["@alice"]
may = ["score.ad"]
battles = ["*"]
rooms = ["*"]
max_points = 100
confirm_over = 200

[[grnt]]
name = "x"
`)
	if err == nil {
		t.Fatal("Load accepted it")
	}
	golden(t, filepath.Join("testdata", "problems-together.txt"), err.Error()+"\n")
	if strings.Contains(err.Error(), "hidden") {
		t.Errorf("a literal secret shows:\n%v", err)
	}
}

func TestProblemsAreBounded(t *testing.T) {
	t.Parallel()
	var toml strings.Builder
	for i := range 2_000 {
		fmt.Fprintf(&toml, "key_%d = 1\n", i)
	}
	_, err := surroundings().load(toml.String())
	var wrong *config.Error
	if !errors.As(err, &wrong) || len(wrong.Problems) != 100 || wrong.Omitted < 1_900 {
		t.Fatalf("Load returned %.300v", err)
	}
	if want := fmt.Sprintf("\nand %d more", wrong.Omitted); !strings.HasSuffix(err.Error(), want) {
		t.Errorf("the error does not end in %q", want)
	}
}

func TestProblemSaysWhere(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		p    config.Problem
		want string
	}{
		"all":     {config.Problem{File: "a.toml", Line: 3, Column: 4, Key: "slack.mode", Text: "no"}, "a.toml:3:4: slack.mode: no"},
		"line":    {config.Problem{File: "a.toml", Line: 3, Key: "slack.mode", Text: "no"}, "a.toml:3: slack.mode: no"},
		"no line": {config.Problem{File: "a.toml", Key: "slack.mode", Text: "no"}, "a.toml: slack.mode: no"},
		"no key":  {config.Problem{File: "a.toml", Text: "no"}, "a.toml: no"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := test.p.String(); got != test.want {
				t.Errorf("String() = %q, want %q", got, test.want)
			}
		})
	}
}
