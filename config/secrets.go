package config

import (
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"

	"ringside/secret"
)

// PlainSecrets is the environment variable that, when it is "1", lets a secret stand in the file itself.
const PlainSecrets = "RINGSIDE_ALLOW_PLAIN_SECRETS"

// maxSecret bounds a secret in bytes; the longest real one, a token, has a few hundred.
const maxSecret = 64 << 10

// vault turns references into secrets.
type vault struct {
	env   func(string) (string, bool)
	file  func(string) ([]byte, error)
	plain bool              // literals are allowed
	refs  map[string]string // what the file holds, by the path of the key
}

// secret declares a key that refers to a secret. The reference is only kept: whether the secret is needed
// depends on what else is set. Unless harmless is nil it passes the texts that may stand in the file.
func (v *vault) secret(key, example string, harmless func(string) bool) setting {
	return setting{Setting{Key: key, Kind: KindSecret, Example: example}, func(at spot, raw any) {
		ref, ok := typed[string](at, raw, KindSecret)
		if !ok {
			return
		}
		name, isEnv := strings.CutPrefix(ref, "env:")
		path, isFile := strings.CutPrefix(ref, "file:")
		switch {
		case isEnv && !variable(name):
			at.say("must name an environment variable in capitals, such as %q", example)
		case isFile && (path == "" || strings.ContainsFunc(path, notPrinted)):
			at.say(`must name a file, such as "file:/run/secrets/name"`)
		case isEnv, isFile, ref == "", v.plain, harmless != nil && harmless(ref):
			v.refs[at.path] = ref
		default:
			at.say("a secret must not stand in the file itself: write %s (%s=1 allows it, for a test)", KindSecret, PlainSecrets)
		}
	}}
}

// anything passes every text.
func anything(string) bool { return true }

// variable reports whether name is that of an environment variable, in capitals by custom. A secret that
// was put there by mistake hardly ever is, so the name can be repeated in a message.
func variable(name string) bool {
	return name != "" && len(name) <= 128 && !isDigit(rune(name[0])) && !looksSecretName(name) &&
		!strings.ContainsFunc(name, func(r rune) bool { return !isUpper(r) && !isDigit(r) && r != '_' })
}

// looksSecretName reports whether name has the length of a key but no word breaks.
func looksSecretName(name string) bool { return len(name) >= 32 && !strings.Contains(name, "_") }

// resolve fetches the secret that a key refers to. One that is not set is a problem only if needed is not
// empty: it ends the sentence "must be set, since …".
func (v *vault) resolve(at spot, needed string) secret.Value {
	ref := v.refs[at.path]
	if ref == "" {
		if needed != "" && !at.excused() {
			at.say("must be set, as %s, since %s", KindSecret, needed)
		}
		return secret.Value{}
	}
	text, wrong := v.fetch(ref)
	if wrong == "" {
		wrong = unusable(text)
	}
	if wrong != "" {
		at.say("%s %s", source(ref), wrong)
		return secret.Value{}
	}
	return secret.New(text)
}

// fetch returns the text behind a reference without the line break that editors put at its end, or what
// is wrong.
func (v *vault) fetch(ref string) (text, wrong string) {
	if name, ok := strings.CutPrefix(ref, "env:"); ok {
		text, set := v.env(name)
		if !set {
			return "", "is not set"
		}
		return strings.TrimRight(text, "\r\n"), ""
	}
	if path, ok := strings.CutPrefix(ref, "file:"); ok {
		data, err := v.file(path)
		if err != nil {
			return "", "cannot be read: " + reason(err)
		}
		return strings.TrimRight(string(data), "\r\n"), ""
	}
	return ref, ""
}

// source names where a reference leads, which is no secret, or the file itself for a literal.
func source(ref string) string {
	if name, ok := strings.CutPrefix(ref, "env:"); ok {
		return "the environment variable " + name
	}
	if path, ok := strings.CutPrefix(ref, "file:"); ok {
		return "the file " + shownPath(path)
	}
	return "the value"
}

// shownPath repeats a path, unless it is more like a key that somebody put behind "file:".
func shownPath(path string) string {
	if strings.ContainsAny(path, `/\.`) {
		return strconv.QuoteToGraphic(cut(path, 200))
	}
	return quote(path)
}

// unusable says what is wrong with a secret's text, without showing it.
func unusable(text string) string {
	switch {
	case text == "":
		return "is empty"
	case len(text) > maxSecret:
		return fmt.Sprintf("holds more than %d bytes", maxSecret)
	case strings.TrimSpace(text) != text:
		return "begins or ends with a space"
	case strings.ContainsFunc(text, notPrinted):
		return "holds a line break or another character that cannot be part of it"
	}
	return ""
}

// reason is the end of an error about a file, without the path.
func reason(err error) string {
	var failed *fs.PathError
	if errors.As(err, &failed) {
		return failed.Err.Error()
	}
	return oneLine(err.Error())
}
