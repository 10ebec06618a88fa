package edge_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ringside/bot/edge"
	"ringside/commands"
)

func TestCanShow(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		picture *commands.Picture
		want    bool
	}{
		{"none", nil, false},
		{"an empty one", &commands.Picture{Name: "a.png"}, false},
		{"a small one", &commands.Picture{PNG: []byte("x")}, true},
		{"the largest", &commands.Picture{PNG: make([]byte, 1<<20)}, true},
		{"one too large", &commands.Picture{PNG: make([]byte, 1<<20+1)}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := edge.CanShow(tt.picture); got != tt.want {
				t.Errorf("CanShow() = %v, want %v", got, tt.want)
			}
		})
	}
}

func TestInWords(t *testing.T) {
	t.Parallel()
	notes := append(make([]string, 0, 5), "first")
	r := commands.Reply{Headline: "x", Notes: notes, Picture: &commands.Picture{Alt: "pk-live1 leads", PNG: []byte("x")}}
	want := commands.Reply{Headline: "x", Notes: []string{"first", "[picture: pk-live1 leads]"}}
	if diff := cmp.Diff(want, edge.InWords(r)); diff != "" {
		t.Errorf("in words (-want +got):\n%s", diff)
	}
	if notes[:2][1] != "" || r.Picture == nil {
		t.Error("the reply that was given has changed")
	}
	if diff := cmp.Diff(want, edge.InWords(want)); diff != "" {
		t.Errorf("without a picture (-want +got):\n%s", diff)
	}
}

func TestFileName(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, given, want string }{
		{"as it should be", "score-1_a.png", "score-1_a.png"},
		{"without an end", "score", "score.png"},
		{"none", "", "picture.png"},
		{"only an end", ".png", "picture.png"},
		{"a path", "../../etc/passwd", "passwd.png"},
		{"dots", "...", "picture.png"},
		{"marks of a header", "a\"; filename=\"b\r\nX: y.png", "afilenamebXy.png"},
		{"another script", "红队.png", "picture.png"},
		{"a long one", strings.Repeat("x", 500), strings.Repeat("x", 96) + ".png"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := edge.FileName(&commands.Picture{Name: tt.given}); got != tt.want {
				t.Errorf("FileName() = %q, want %q", got, tt.want)
			}
		})
	}
}

func FuzzFileName(f *testing.F) {
	for _, seed := range []string{"score.png", "", "/", "a/b\\c", "\x00.png.png", strings.Repeat(".", 200)} {
		f.Add(seed)
	}
	fine := regexp.MustCompile(`^[A-Za-z0-9_-][A-Za-z0-9._-]{0,95}\.png$`)
	f.Fuzz(func(t *testing.T, name string) {
		if got := edge.FileName(&commands.Picture{Name: name}); !fine.MatchString(got) {
			t.Errorf("FileName(%q) = %q", name, got)
		}
	})
}
