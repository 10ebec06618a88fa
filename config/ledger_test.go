package config_test

import (
	"errors"
	"testing"

	"ringside/config"
)

func TestLoadLedgerNeedsNothingElse(t *testing.T) {
	t.Parallel()
	m := surroundings()
	m.env = map[string]string{"LEDGER": "sqlite:from-env.db"}
	for name, test := range map[string]struct{ toml, path string }{
		"an empty file":                 {"", "ringside.db"},
		"the section alone":             {"[ledger]\ndsn = \"sqlite:/data/r.db\"", "/data/r.db"},
		"a variable":                    {"[ledger]\ndsn = \"env:LEDGER\"", "from-env.db"},
		"secrets that are not set":      {good, "/var/lib/ringside/ledger.db"},
		"what is wrong in other places": {"[slack]\nmode = 7\n[[grant]]\n[ledger]\ndsn = \"sqlite:r.db\"", "r.db"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l, err := config.LoadLedger("ringside.toml", m.options(test.toml)...)
			if err != nil || l.Path() != test.path {
				t.Errorf("%q and %v, want %q", l.Path(), err, test.path)
			}
		})
	}
}

func TestLoadLedgerRefusesWhatIsNoLedger(t *testing.T) {
	t.Parallel()
	for name, toml := range map[string]string{
		"no TOML":               "[ledger",
		"a number":              "[ledger]\ndsn = 5",
		"another store":         "[ledger]\ndsn = \"mysql://u:p@db/r\"",
		"a misspelt section":    "[ledgr]\ndsn = \"sqlite:r.db\"",
		"a misspelt key":        "[ledger]\ndns = \"sqlite:r.db\"",
		"a variable, not set":   "[ledger]\ndsn = \"env:NOT_SET\"",
		"a list of the section": "[[ledger]]\ndsn = \"sqlite:r.db\"",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l, err := config.LoadLedger("ringside.toml", surroundings().options(toml)...)
			var wrong *config.Error
			if !errors.As(err, &wrong) || !l.DSN.Empty() {
				t.Errorf("%+v and %v", l, err)
			}
		})
	}
	if _, err := config.LoadLedger("/nowhere/ringside.toml"); err == nil {
		t.Error("a missing file was read")
	}
}
