package config_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/pelletier/go-toml/v2"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"pgregory.net/rapid"

	"ringside/config"
)

// secretKeys returns the keys of secrets, as section and key.
func secretKeys() [][2]string {
	var keys [][2]string
	for _, s := range config.Settings() {
		if s.Kind == config.KindSecret {
			section, key, _ := strings.Cut(s.Key, ".")
			keys = append(keys, [2]string{section, key})
		}
	}
	return keys
}

// Whatever is written in the place of a secret, in whatever form, no message repeats it.
func TestNoMessageRepeatsASecret(t *testing.T) {
	t.Parallel()
	keys := secretKeys()
	if len(keys) != 8 {
		t.Fatalf("there are %d secrets: %v", len(keys), keys)
	}
	rapid.Check(t, func(t *rapid.T) {
		hidden := rapid.StringMatching(`[a-z0-9]{12,64}`).Draw(t, "secret")
		where := rapid.SampledFrom(keys).Draw(t, "key")
		form := rapid.SampledFrom([]string{
			"%q", "%s", "'%s'", "'env:%s'", "'xoxb-%s'", "[%q]", "{ a = %q }", "\"%s", "' %s'", "'%s\\n'", "'postgres://u:%s@db/r'",
			"'https://u:%s@db'", "'''%s'''", "%q # twice\nmode = %[1]q", "'sqlite:x?_auth_pass=%s'",
		}).Draw(t, "form")
		value := fmt.Sprintf(form, hidden)
		m := surroundings()
		m.env[config.PlainSecrets] = rapid.SampledFrom([]string{"", "0", "true"}).Draw(t, "leave")
		_, err := m.load(fmt.Sprintf("[%s]\nenabled = true\n%s = %s\n", where[0], where[1], value))
		if err == nil {
			t.Fatalf("Load accepted %s", value)
		}
		// A mode of 24 letters and digits or more is taken for a key; a shorter one is shown.
		if strings.Contains(err.Error(), hidden) && !(strings.Contains(form, "mode") && len(hidden) < 24) {
			t.Fatalf("%s = %s shows in:\n%v", where[1], value, err)
		}
	})
}

// What an environment variable or a file holds is never repeated either, however useless it is.
func TestNoMessageRepeatsWhatAReferenceHolds(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		hidden := rapid.StringMatching(`[a-z0-9]{12,64}`).Draw(t, "secret")
		text := fmt.Sprintf(rapid.SampledFrom([]string{"%s\n\n%[1]s", " %s", "%s\x00", "%s\t", "xapp-%s", "postgres://u:%s@db/r"}).Draw(t, "form"), hidden)
		m := surroundings()
		m.env["SECRET"], m.files["/secret"] = text, text
		where := rapid.SampledFrom(secretKeys()).Draw(t, "key")
		ref := rapid.SampledFrom([]string{"env:SECRET", "file:/secret"}).Draw(t, "reference")
		_, err := m.load(fmt.Sprintf("[%s]\nenabled = true\n%s = %q\n", where[0], where[1], ref))
		if err == nil || strings.Contains(err.Error(), hidden) {
			t.Fatalf("%s = %q, which holds %q: %v", where[1], ref, text, err)
		}
	})
}

func TestALiteralIsTakenWithLeave(t *testing.T) {
	t.Parallel()
	m := surroundings()
	m.env[config.PlainSecrets] = "1"
	c, err := m.load(strings.Replace(least, "env:TENCENT_SECRET_KEY", "literal", 1))
	if err != nil {
		t.Fatal(err)
	}
	if got := c.Tencent.SecretKey.Reveal(); got != "literal" {
		t.Errorf("the secret is %q", got)
	}
}

func TestALedgerMayBeASecret(t *testing.T) {
	t.Parallel()
	m := surroundings()
	m.files["/run/secrets/dsn"] = "sqlite:/data/ledger.db\n"
	c, err := m.load(least + "[ledger]\ndsn = 'file:/run/secrets/dsn'\n")
	if err != nil {
		t.Fatal(err)
	}
	if got := c.Ledger.Path(); got != "/data/ledger.db" {
		t.Errorf("the ledger's path is %q", got)
	}
}

// The settings as a whole can be printed, logged and marshalled without showing a secret.
func TestTheSettingsHideTheirSecrets(t *testing.T) {
	t.Parallel()
	m := surroundings()
	for name := range m.env {
		m.env[name] = "hidden-" + name
	}
	m.files["/run/secrets/callback"] = "hidden-callback"
	c, err := m.load(good)
	if err != nil {
		t.Fatal(err)
	}
	asJSON, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	asTOML, err := toml.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	line, err := zapcore.NewJSONEncoder(zap.NewProductionEncoderConfig()).EncodeEntry(zapcore.Entry{}, []zap.Field{zap.Any("settings", c)})
	if err != nil {
		t.Fatal(err)
	}
	for form, text := range map[string]string{
		"%v": fmt.Sprintf("%v", c), "%+v": fmt.Sprintf("%+v", *c), "%#v": fmt.Sprintf("%#v", c), "json": string(asJSON),
		"toml": string(asTOML), "zap": line.String(),
	} {
		t.Run(form, func(t *testing.T) {
			t.Parallel()
			if strings.Contains(text, "hidden") || !strings.Contains(text, "[redacted]") {
				t.Errorf("it shows a secret, or none is redacted: %s", text)
			}
		})
	}
}
