package edge_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"ringside/bot/edge"
	"ringside/commands"
)

// serving answers with a body, without a network.
type serving func(r *http.Request) *http.Response

func (f serving) RoundTrip(r *http.Request) (*http.Response, error) {
	if resp := f(r); resp != nil {
		return resp, nil
	}
	<-r.Context().Done()
	return nil, r.Context().Err()
}

func answering(status int, kind, body string) serving {
	return func(*http.Request) *http.Response {
		w := httptest.NewRecorder()
		w.Header().Set("Content-Type", kind)
		w.WriteHeader(status)
		_, _ = w.WriteString(body)
		return w.Result()
	}
}

func read(ctx context.Context, a edge.Attachment, by http.RoundTripper) (*commands.Sheet, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://files.example/a", nil)
	if err != nil {
		return nil, err
	}
	return a.Read(ctx, &http.Client{Transport: by}, req)
}

func TestReadASheet(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		file    edge.Attachment
		by      serving
		refused string // in words; empty where it is read, or another error is wanted
		err     string
	}{
		{"a CSV file", edge.Attachment{Name: "a.csv", Size: 3}, answering(200, "text/csv", "x"), "", ""},
		{"a text, loud", edge.Attachment{Name: "A.TXT"}, answering(200, "text/plain", "x"), "", ""},
		{"of tabs", edge.Attachment{Name: "a.b.tsv"}, answering(200, "application/octet-stream", "x"), "", ""},
		{"the largest", edge.Attachment{Name: "a.csv", Size: commands.MaxSheet}, answering(200, "", strings.Repeat("x", commands.MaxSheet)), "", ""},
		{"told to be larger", edge.Attachment{Name: "a.csv", Size: commands.MaxSheet + 1}, nil, "larger than 2 MB", ""},
		{"larger", edge.Attachment{Name: "a.csv"}, answering(200, "", strings.Repeat("x", commands.MaxSheet+1)), "larger than 2 MB", ""},
		{"no name", edge.Attachment{}, nil, ".csv, .tsv or .txt", ""},
		{"another type", edge.Attachment{Name: "a.csv.exe"}, nil, ".csv, .tsv or .txt", ""},
		{"a zero byte", edge.Attachment{Name: "a.csv"}, answering(200, "", "a\x00b"), "plain text in UTF-8", ""},
		{"half a letter", edge.Attachment{Name: "a.csv"}, answering(200, "", "a\xe7\xba"), "plain text in UTF-8", ""},
		{"not found", edge.Attachment{Name: "a.csv"}, answering(404, "", "x"), "", "status 404"},
		{"elsewhere", edge.Attachment{Name: "a.csv"}, answering(302, "", ""), "", "302"},
		{"a page", edge.Attachment{Name: "a.csv"}, answering(200, "text/html; charset=utf-8", "<html>"), "", "page"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := read(t.Context(), tt.file, tt.by)
			var refused *edge.Refused
			switch {
			case tt.refused == "" && tt.err == "":
				if err != nil || got.Name != tt.file.Name || len(got.Text) == 0 {
					t.Errorf("read %v, %v", got, err)
				}
			case tt.refused != "":
				if !errors.As(err, &refused) || !strings.Contains(err.Error(), tt.refused) || refused.Reply.Tone != commands.ToneBad {
					t.Errorf("the error is %v", err)
				}
			case err == nil || errors.As(err, &refused) || !strings.Contains(err.Error(), tt.err):
				t.Errorf("the error is %v", err)
			}
		})
	}
}

func TestReadingASheetEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		_, err := read(t.Context(), edge.Attachment{Name: "a.csv"}, serving(func(*http.Request) *http.Response { return nil }))
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != edge.DownloadTimeout {
			t.Errorf("after %v: %v", time.Since(began), err)
		}
	})
}

// FuzzReadASheet reads what anybody may hand in: what comes of it is text within its bounds, or a refusal in words.
func FuzzReadASheet(f *testing.F) {
	f.Add("a.csv", "text/csv", []byte("final,add,pk-live1,100"))
	f.Add("a.xlsx", "", []byte("PK\x03\x04"))
	f.Add("\x00.txt", "text/html", []byte("\xff\xfea\x00"))
	f.Fuzz(func(t *testing.T, name, kind string, body []byte) {
		sheet, err := read(t.Context(), edge.Attachment{Name: name}, answering(200, kind, string(body)))
		if (err == nil) == (sheet == nil) {
			t.Fatalf("%v, %v", sheet, err)
		}
		if sheet != nil && (!utf8.Valid(sheet.Text) || len(sheet.Text) > commands.MaxSheet || string(sheet.Text) != string(body)) {
			t.Errorf("read %q of %q", sheet.Text, body)
		}
	})
}
