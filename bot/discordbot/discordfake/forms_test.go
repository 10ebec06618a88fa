package discordfake_test

import (
	"net/http"
	"strings"
	"testing"

	"ringside/bot/discordbot/discordfake"
)

func TestForms(t *testing.T) {
	t.Parallel()
	field := func(change map[string]any) map[string]any {
		f := map[string]any{"type": 4, "custom_id": "rows", "label": "Rows", "style": 2, "max_length": 4000}
		for k, v := range change {
			f[k] = v
		}
		return f
	}
	rows := func(fields ...any) []any { return []any{map[string]any{"type": 1, "components": fields}} }
	form := func(change map[string]any) map[string]any {
		m := map[string]any{"custom_id": "form", "title": "Title", "components": rows(field(nil))}
		for k, v := range change {
			m[k] = v
		}
		return map[string]any{"type": 9, "data": m}
	}
	tests := []struct {
		name string
		body map[string]any
		want int
	}{
		{"in order", form(nil), 204},
		{"a long id", form(map[string]any{"custom_id": strings.Repeat("x", 101)}), 400},
		{"no title", form(map[string]any{"title": ""}), 400},
		{"a long title", form(map[string]any{"title": strings.Repeat("x", 46)}), 400},
		{"no field", form(map[string]any{"components": []any{}}), 400},
		{"two fields in a row", form(map[string]any{"components": rows(field(nil), field(nil))}), 400},
		{"a field without a row", form(map[string]any{"components": []any{field(nil)}}), 400},
		{"a button", form(map[string]any{"components": rows(map[string]any{"type": 2, "custom_id": "a", "label": "a", "style": 1})}), 400},
		{"a long label", form(map[string]any{"components": rows(field(map[string]any{"label": strings.Repeat("x", 46)}))}), 400},
		{"a long hint", form(map[string]any{"components": rows(field(map[string]any{"placeholder": strings.Repeat("x", 101)}))}), 400},
		{"too much to type", form(map[string]any{"components": rows(field(map[string]any{"max_length": 4001}))}), 400},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := start(t)
			callback, _ := c.asked()
			if status, _, _ := c.call("POST", callback, "", tt.body); status != tt.want {
				t.Errorf("status %d, want %d", status, tt.want)
			}
			if status, code, _ := c.call("POST", callback, "", deferred(64)); (status == 204) != (tt.want == 400) {
				t.Errorf("afterwards: status %d, code %d", status, code)
			}
		})
	}
}

func TestAFileNeedsNoToken(t *testing.T) {
	t.Parallel()
	c := start(t)
	body, err := c.fake.AskBody(discordfake.Ask{Options: []discordfake.Option{{Name: "file", Value: discordfake.Attachment{Name: "a.csv", Content: "x"}}}})
	if err != nil {
		t.Fatal(err)
	}
	_, after, _ := strings.Cut(body, `"url":"`)
	address, _, _ := strings.Cut(after, `"`)
	address = strings.ReplaceAll(address, `\u0026`, "&")
	for token, want := range map[string]int{"": http.StatusOK, "Bot x": http.StatusForbidden} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
		if err != nil {
			t.Fatal(err)
		}
		if token != "" {
			req.Header.Set("Authorization", token)
		}
		resp, err := c.http.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		if _ = resp.Body.Close(); resp.StatusCode != want {
			t.Errorf("with %q: status %d", token, resp.StatusCode)
		}
	}
}
