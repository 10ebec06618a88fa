package edge_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"ringside/bot/edge"
	"ringside/commands"
)

func TestFiles(t *testing.T) {
	t.Parallel()
	csv := edge.File{Name: "errors.csv", Kind: "text/csv; charset=utf-8", Content: []byte("line\n")}
	card := edge.File{Name: "final.png", Kind: "image/png", Alt: "pk-live1 won", Content: []byte("x")}
	sheet := &commands.Document{Name: "errors.csv", Text: []byte("line\n")}
	picture := &commands.Picture{Name: "final.png", Alt: "pk-live1 won", PNG: []byte("x")}
	tests := []struct {
		name  string
		reply commands.Reply
		want  []edge.File
		words []string // of Sendable
	}{
		{"none", commands.Reply{}, nil, nil},
		{"a picture", commands.Reply{Picture: picture}, []edge.File{card}, nil},
		{"a document", commands.Reply{Document: sheet}, []edge.File{csv}, nil},
		{"both", commands.Reply{Picture: picture, Document: sheet}, []edge.File{card, csv}, nil},
		{"a text", commands.Reply{Document: &commands.Document{Name: "log.jsonl", Text: []byte("x")}},
			[]edge.File{{Name: "log.jsonl.txt", Kind: "text/plain; charset=utf-8", Content: []byte("x")}}, nil},
		{"empty ones", commands.Reply{Picture: &commands.Picture{Alt: "a"}, Document: &commands.Document{Name: "b.csv"}}, nil,
			[]string{"[picture: a]", "[file: b.csv is empty]"}},
		{"one too large, and a document", commands.Reply{Picture: &commands.Picture{Alt: "a", PNG: make([]byte, 1<<20+1)}, Document: sheet}, []edge.File{csv}, []string{"[picture: a]"}},
		{"a document too large", commands.Reply{Document: &commands.Document{Name: "b.csv", Text: make([]byte, 4<<20+1)}}, nil, []string{"[file: b.csv is too large to be sent here]"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := edge.Files(tt.reply)
			if diff := cmp.Diff(tt.want, got, cmpopts.IgnoreUnexported(edge.File{})); diff != "" {
				t.Errorf("the files (-want +got):\n%s", diff)
			}
			for _, f := range got {
				if f.IsPicture() != (f.Kind == "image/png") {
					t.Errorf("%s is a picture: %v", f.Name, f.IsPicture())
				}
			}
			sendable := edge.Sendable(tt.reply)
			if diff := cmp.Diff(tt.words, sendable.Notes); diff != "" {
				t.Errorf("in words (-want +got):\n%s", diff)
			}
			if len(edge.Files(sendable)) != len(got) {
				t.Error("what can be sent went")
			}
		})
	}
}

func TestCanShow(t *testing.T) {
	t.Parallel()
	largest := edge.Files(commands.Reply{Picture: &commands.Picture{PNG: make([]byte, 1<<20)}, Document: &commands.Document{Text: make([]byte, 4<<20)}})
	if len(largest) != 2 || edge.CanShow(nil) || !edge.CanShow(&commands.Picture{PNG: make([]byte, 1<<20)}) {
		t.Errorf("of the largest, %d are sent", len(largest))
	}
}

func TestInWords(t *testing.T) {
	t.Parallel()
	notes := append(make([]string, 0, 5), "first")
	r := commands.Reply{
		Headline: "x", Notes: notes,
		Picture: &commands.Picture{Alt: "pk-live1 leads", PNG: []byte("x")}, Document: &commands.Document{Name: "a.csv", Text: []byte("x")},
	}
	want := commands.Reply{Headline: "x", Notes: []string{"first", "[picture: pk-live1 leads]", "[file: a.csv could not be sent here]"}}
	if diff := cmp.Diff(want, edge.InWords(r)); diff != "" {
		t.Errorf("in words (-want +got):\n%s", diff)
	}
	if notes[:2][1] != "" || r.Picture == nil || r.Document == nil {
		t.Error("the reply that was given has changed")
	}
	if diff := cmp.Diff(want, edge.InWords(want)); diff != "" {
		t.Errorf("without files (-want +got):\n%s", diff)
	}
}

func TestApart(t *testing.T) {
	t.Parallel()
	sheet := &commands.Document{Name: "a.csv", Text: []byte("x")}
	got, document := edge.Apart(commands.Reply{Headline: "x", Document: sheet}, "comes later")
	if diff := cmp.Diff(commands.Reply{Headline: "x", Notes: []string{"[file: a.csv comes later]"}}, got); diff != "" || document != sheet {
		t.Errorf("%v, and (-want +got):\n%s", document, diff)
	}
	got, document = edge.Apart(commands.Reply{Document: &commands.Document{Name: "a.csv"}}, "comes later")
	if diff := cmp.Diff(commands.Reply{Notes: []string{"[file: a.csv is empty]"}}, got); diff != "" || document != nil {
		t.Errorf("an empty one: %v, and (-want +got):\n%s", document, diff)
	}
}

// namesOf returns the names under which a picture and a document are sent.
func namesOf(given string) (picture, document string) {
	files := edge.Files(commands.Reply{
		Picture: &commands.Picture{Name: given, PNG: []byte("x")}, Document: &commands.Document{Name: given, Text: []byte("x")},
	})
	return files[0].Name, files[1].Name
}

func TestFileNames(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, given, picture, document string }{
		{"a picture's", "score-1_a.png", "score-1_a.png", "score-1_a.png.txt"},
		{"a document's", "outcomes-k7.csv", "outcomes-k7.csv.png", "outcomes-k7.csv"},
		{"without an end", "score", "score.png", "score.txt"},
		{"none", "", "picture.png", "document.txt"},
		{"only an end", ".csv", "csv.png", "document.csv"},
		{"a path", "../../etc/passwd", "passwd.png", "passwd.txt"},
		{"dots", "...", "picture.png", "document.txt"},
		{"marks of a header", "a\"; filename=\"b\r\nX: y.csv", "afilenamebXy.csv.png", "afilenamebXy.csv"},
		{"another script", "红队.png", "picture.png", "png.txt"},
		{"a long one", strings.Repeat("x", 500), strings.Repeat("x", 96) + ".png", strings.Repeat("x", 96) + ".txt"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if picture, document := namesOf(tt.given); picture != tt.picture || document != tt.document {
				t.Errorf("sent as %q and %q, want %q and %q", picture, document, tt.picture, tt.document)
			}
		})
	}
}

func FuzzFileName(f *testing.F) {
	for _, seed := range []string{"score.png", "errors.csv", "", "/", "a/b\\c", "\x00.png.png", ".csv.csv", strings.Repeat(".", 200)} {
		f.Add(seed)
	}
	fine := regexp.MustCompile(`^[A-Za-z0-9_-][A-Za-z0-9._-]{0,95}\.(png|csv|txt)$`)
	f.Fuzz(func(t *testing.T, name string) {
		if picture, document := namesOf(name); !fine.MatchString(picture) || !fine.MatchString(document) {
			t.Errorf("%q is sent as %q and %q", name, picture, document)
		}
	})
}
