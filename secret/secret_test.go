package secret_test

import (
	"bytes"
	"encoding/gob"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"text/template"

	"github.com/pelletier/go-toml/v2"

	"ringside/secret"
)

const hidden = "xoxb-hidden-0123456789"

// account holds a Value in every way a struct can.
type account struct {
	Name    string
	Token   secret.Value
	Pointer *secret.Value
	List    []secret.Value
	Map     map[string]secret.Value
	Any     any
	own     secret.Value
	nested  struct{ deep *secret.Value }
}

func holder() account {
	v := secret.New(hidden)
	a := account{
		Name: "bot", Token: v, Pointer: &v, List: []secret.Value{v},
		Map: map[string]secret.Value{"k": v}, Any: v, own: v,
	}
	a.nested.deep = &v
	return a
}

// mustHide fails if text holds the hidden value, as it is or in hexadecimal digits.
func mustHide(t *testing.T, text string) {
	t.Helper()
	lower := strings.ToLower(text)
	for _, form := range []string{hidden, hex.EncodeToString([]byte(hidden)), strings.ToLower(fmt.Sprintf("% x", hidden))} {
		if strings.Contains(lower, form) {
			t.Errorf("the value shows as %q in %q", form, text)
		}
	}
	for _, part := range []string{"hidden", fmt.Sprint([]byte("hidden"))} {
		if strings.Contains(lower, part) {
			t.Errorf("a part of the value shows as %q in %q", part, text)
		}
	}
}

func TestReveal(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		value secret.Value
		want  string
	}{
		"text":       {secret.New(hidden), hidden},
		"empty text": {secret.New(""), ""},
		"zero":       {secret.Value{}, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := test.value.Reveal(); got != test.want {
				t.Errorf("Reveal() = %q, want %q", got, test.want)
			}
			if got := test.value.Empty(); got != (test.want == "") {
				t.Errorf("Empty() = %v", got)
			}
			if got := []string{test.value.String(), test.value.GoString()}; got[0] != secret.Redacted || got[1] != secret.Redacted {
				t.Errorf("String() and GoString() = %q, want %q", got, secret.Redacted)
			}
		})
	}
}

func TestEveryVerbOfAValueIsRedacted(t *testing.T) {
	t.Parallel()
	v := secret.New(hidden)
	for _, verb := range []string{
		"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "% x", "%#x", "%d", "%t", "%c", "%U", "%e", "%p", "%10s", "%-40v", "%.2s", "%z",
	} {
		t.Run(verb, func(t *testing.T) {
			t.Parallel()
			for _, form := range []any{v, &v} {
				if got := fmt.Sprintf(verb, form); got != secret.Redacted && verb != "%p" {
					t.Errorf("Sprintf(%q, %T) = %q, want %q", verb, form, got, secret.Redacted)
				}
			}
			mustHide(t, fmt.Sprintf(verb, v))
			mustHide(t, fmt.Sprintf(verb, &v))
		})
	}
}

func TestPrintingWhatHoldsAValueHidesIt(t *testing.T) {
	t.Parallel()
	a := holder()
	v := a.Token
	forms := map[string]any{
		"struct": a, "pointer to struct": &a, "slice": []secret.Value{v}, "array": [1]secret.Value{v},
		"map": map[string]secret.Value{"k": v}, "slice of pointers": []*secret.Value{&v},
		"map of structs": map[int]account{1: a}, "interface": any(v), "unexported field": struct{ v secret.Value }{v},
		"unexported pointer": struct{ v *secret.Value }{&v}, "unexported map": struct{ m map[string]secret.Value }{a.Map},
		"unexported interface": struct{ v any }{v}, "error": fmt.Errorf("calling with %v: %w", v, errors.New("refused")),
		"error of a struct": fmt.Errorf("calling with %+v", a), "joined errors": errors.Join(fmt.Errorf("%v", v), fmt.Errorf("%#v", a)),
		"error type": &holdingError{v},
	}
	for name, form := range forms {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%t"} {
				mustHide(t, fmt.Sprintf(verb, form))
			}
			mustHide(t, fmt.Sprint(form))
			mustHide(t, fmt.Sprintln(form))
		})
	}
}

// holdingError is an error that says more than it should.
type holdingError struct{ v secret.Value }

func (e *holdingError) Error() string { return fmt.Sprintf("refused with %s", e.v) }

// public is what an encoder can see all of, but for its last field.
type public struct {
	Token   secret.Value
	Pointer *secret.Value
	List    []secret.Value
	own     secret.Value
}

func TestMarshallingHidesIt(t *testing.T) {
	t.Parallel()
	v := secret.New(hidden)
	whole := public{v, &v, []secret.Value{v}, v}
	encoders := map[string]func(any) ([]byte, error){
		"json":        json.Marshal,
		"json indent": func(x any) ([]byte, error) { return json.MarshalIndent(x, "", " ") },
		"toml":        toml.Marshal,
		"xml":         xml.Marshal,
	}
	for name, encode := range encoders {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := encode(whole)
			if err != nil {
				t.Fatal(err)
			}
			mustHide(t, string(got))
			if n := strings.Count(string(got), secret.Redacted); n != 3 {
				t.Errorf("%d of 3 values show as %s in %s", n, secret.Redacted, got)
			}
		})
	}
	if got, err := v.MarshalText(); err != nil || string(got) != secret.Redacted {
		t.Errorf("MarshalText() = %q, %v", got, err)
	}
	if got, err := json.Marshal(map[string]any{"k": v, "a": holder()}); err != nil {
		t.Error(err)
	} else {
		mustHide(t, string(got))
	}
}

func TestGobRefusesOrHides(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	err := gob.NewEncoder(&b).Encode(struct{ Token secret.Value }{secret.New(hidden)})
	mustHide(t, fmt.Sprint(b.String(), err))
}

func TestTemplatesHideIt(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	page := template.Must(template.New("page").Parse(`{{.Token}} {{printf "%#v %x" .Token .Pointer}} {{.}}`))
	if err := page.Execute(&b, holder()); err != nil {
		t.Fatal(err)
	}
	mustHide(t, b.String())
}

func TestStandardLoggersHideIt(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	for _, handler := range []slog.Handler{slog.NewJSONHandler(&b, nil), slog.NewTextHandler(&b, nil)} {
		slog.New(handler).Info("call", "token", secret.New(hidden), "all", holder(), "pointer", &account{own: secret.New(hidden)})
	}
	if !strings.Contains(b.String(), secret.Redacted) {
		t.Errorf("the log has no %s: %s", secret.Redacted, b.String())
	}
	mustHide(t, b.String())
}
