package config_test

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pelletier/go-toml/v2"

	"ringside/config"
)

const example = "../config.example.toml"

func readExample(t *testing.T) string {
	t.Helper()
	data, err := os.ReadFile(example)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// The example loads with the three secrets that its first lines name, and no others.
func TestTheExampleLoads(t *testing.T) {
	t.Parallel()
	text := readExample(t)
	env := map[string]string{"TENCENT_SECRET_KEY": "k", "SLACK_BOT_TOKEN": "xoxb-b", "SLACK_APP_TOKEN": "xapp-a"}
	c, err := config.Load(example, config.WithEnv(func(name string) (string, bool) {
		value, ok := env[name]
		return value, ok
	}))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"slack"}, c.Platforms()); diff != "" {
		t.Errorf("platforms (-want +got):\n%s", diff)
	}
	if len(c.Grants) != 1 || len(c.Grants[0].May) != 11 || len(c.People) != 1 {
		t.Errorf("the example grants %+v to people %+v", c.Grants, c.People)
	}
	for name := range env {
		if !strings.Contains(strings.SplitN(text, "[tencent]", 2)[0], name) {
			t.Errorf("the first lines do not name %s", name)
		}
	}
}

// entry is one key of the example: the comment right above it and its value.
type entry struct {
	comment string
	value   any
}

// entries reads the example line by line, as a person does.
func entries(t *testing.T) map[string]entry {
	t.Helper()
	header, setting := regexp.MustCompile(`^\[\[?(\w+)\]\]?$`), regexp.MustCompile(`^(\w+) = (.+)$`)
	all := make(map[string]entry)
	var section, comment string
	for number, line := range strings.Split(readExample(t), "\n") {
		switch {
		case strings.HasPrefix(line, "#"):
			comment += strings.TrimSpace(strings.TrimPrefix(line, "#")) + " "
			continue
		case header.MatchString(line):
			section = header.FindStringSubmatch(line)[1]
		case setting.MatchString(line):
			found := setting.FindStringSubmatch(line)
			var value struct{ V any }
			if err := toml.Unmarshal([]byte("V = "+found[2]), &value); err != nil {
				t.Fatalf("line %d: %v", number+1, err)
			}
			all[section+"."+found[1]] = entry{comment: comment, value: value.V}
		case line != "":
			t.Errorf("line %d is neither comment, section nor setting: %q", number+1, line)
		}
		comment = ""
	}
	return all
}

func TestTheExampleExplainsEverySetting(t *testing.T) {
	t.Parallel()
	all := entries(t)
	for _, s := range config.Settings() {
		t.Run(s.Key, func(t *testing.T) {
			t.Parallel()
			e, ok := all[s.Key]
			if !ok {
				t.Fatal("the example does not hold it")
			}
			if len(e.comment) < 40 {
				t.Errorf("the comment is %q, which explains little", e.comment)
			}
			if want := expected(s); !strings.Contains(e.comment, want) {
				t.Errorf("the comment is %q, want %q in it", e.comment, want)
			}
		})
	}
	if len(all) != len(config.Settings()) {
		t.Errorf("the example holds %d settings, and there are %d", len(all), len(config.Settings()))
	}
}

// expected is what a comment has to say of a setting that is left out.
func expected(s config.Setting) string {
	switch {
	case s.Required:
		return "Required"
	case strings.HasSuffix(s.Key, "_over"):
		return "Default: max_points"
	case s.Default == nil:
		return "Needed "
	}
	switch value := s.Default.(type) {
	case string:
		return fmt.Sprintf("Default: %q ", value)
	case []any:
		return "Default: [] "
	default:
		return fmt.Sprintf("Default: %v ", value)
	}
}

// What the example leaves at its default is written as the default, so that a copy changes nothing.
func TestTheExampleShowsDefaults(t *testing.T) {
	t.Parallel()
	chosen := map[string]bool{ // an example needs these to show anything
		"slack.enabled": true, "slack.teams": true, "discord.application_id": true, "discord.guilds": true, "grant.rooms": true,
	}
	all := entries(t)
	for _, s := range config.Settings() {
		if s.Default == nil || chosen[s.Key] {
			continue
		}
		if diff := cmp.Diff(s.Default, all[s.Key].value); diff != "" {
			t.Errorf("%s (-default +example):\n%s", s.Key, diff)
		}
	}
}

// The defaults that are declared are those that a Config gets: the example without all that may be left out
// loads to the same as with it.
func TestLeavingOutADefaultChangesNothing(t *testing.T) {
	t.Parallel()
	m := surroundings()
	full := readExample(t)
	want, err := m.load(full)
	if err != nil {
		t.Fatal(err)
	}
	all := entries(t)
	for _, s := range config.Settings() {
		_, key, _ := strings.Cut(s.Key, ".")
		if s.Default == nil || !cmp.Equal(s.Default, all[s.Key].value) {
			continue
		}
		t.Run(s.Key, func(t *testing.T) {
			t.Parallel()
			got, err := m.load(without(full, s.Key, key))
			if err != nil {
				t.Fatal(err)
			}
			equal(t, want, got)
		})
	}
}

// without drops the line of one key in its section.
func without(toml, path, key string) string {
	section, _, _ := strings.Cut(path, ".")
	start := max(strings.Index(toml, "\n["+section+"]\n"), strings.Index(toml, "\n[["+section+"]]\n"))
	at := start + strings.Index(toml[start:], "\n"+key+" = ") + 1
	return toml[:at] + toml[at+strings.Index(toml[at:], "\n")+1:]
}

func TestSettingsAreDeclaredOnce(t *testing.T) {
	t.Parallel()
	seen := make(map[string]bool)
	for _, s := range config.Settings() {
		if seen[s.Key] {
			t.Errorf("%s is declared twice", s.Key)
		}
		seen[s.Key] = true
		if s.Kind == "" || s.Required && s.Example == nil || s.Required && s.Default != nil {
			t.Errorf("%s lacks a kind or an example, or has a default nobody sees: %+v", s.Key, s)
		}
	}
	const ofTheDesign, ofTheView = 41, 2 // http.public_url and http.operator_key came with the overlay and the operators' page
	if len(seen) != ofTheDesign+ofTheView {
		t.Errorf("there are %d settings, want %d", len(seen), ofTheDesign+ofTheView)
	}
}
