package ringside_test

import (
	"os"
	"regexp"
	"slices"
	"testing"
)

// TestComposeGivesEverySecret holds the compose file against the settings: each variable that the example names is handed
// to the container, and the ledger's address is one of them.
func TestComposeGivesEverySecret(t *testing.T) {
	t.Parallel()
	given := namesIn(t, "compose.yaml", `(?m)^      ([A-Z_]+): `)
	named := namesIn(t, "config.example.toml", `"env:([A-Z_]+)"`)
	if len(named) < 5 || !slices.Contains(given, "LEDGER_DSN") {
		t.Fatalf("given %v, named %v", given, named)
	}
	for _, name := range named {
		if name != "NAME" && !slices.Contains(given, name) {
			t.Errorf("compose.yaml does not give %s", name)
		}
	}
}

func namesIn(t *testing.T, file, pattern string) []string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, found := range regexp.MustCompile(pattern).FindAllStringSubmatch(string(text), -1) {
		names = append(names, found[1])
	}
	return names
}
