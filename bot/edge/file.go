package edge

import (
	"path"
	"strings"

	"ringside/commands"
)

const (
	// maxPicture and maxDocument are the largest files in bytes that are sent: every platform takes them, and none
	// takes long.
	maxPicture  = 1 << 20
	maxDocument = 4 << 20
	// maxFileName bounds the name of a file, in bytes.
	maxFileName = 100
)

// File is a picture or a document on its way to people.
type File struct {
	Name    string // can change the meaning neither of a header nor of an address that it becomes part of
	Kind    string // the media type
	Alt     string // what a picture shows, in words; empty for a document
	Content []byte

	picture bool
}

// IsPicture reports whether f is to be shown and not only to be had.
func (f File) IsPicture() bool { return f.picture }

// Files returns what is to be sent with r: its picture and then its document, each if it is there and not too large.
func Files(r commands.Reply) []File {
	var all []File
	if CanShow(r.Picture) {
		all = append(all, File{Name: fileName(r.Picture.Name, "picture", ".png"), Kind: "image/png", Alt: r.Picture.Alt, Content: r.Picture.PNG, picture: true})
	}
	if canGive(r.Document) {
		all = append(all, newDocument(r.Document))
	}
	return all
}

func newDocument(d *commands.Document) File {
	if strings.HasSuffix(d.Name, ".csv") {
		return File{Name: fileName(d.Name, "document", ".csv"), Kind: "text/csv; charset=utf-8", Content: d.Text}
	}
	return File{Name: fileName(d.Name, "document", ".txt"), Kind: "text/plain; charset=utf-8", Content: d.Text}
}

// CanShow reports whether p is a picture that can be sent: it is there, and at most 1 MB.
func CanShow(p *commands.Picture) bool { return p != nil && len(p.PNG) > 0 && len(p.PNG) <= maxPicture }

func canGive(d *commands.Document) bool {
	return d != nil && len(d.Text) > 0 && len(d.Text) <= maxDocument
}

// fileName returns the name of a file: letters, digits, dots, dashes and underscores, with the end that it must have,
// at most 100 of them. What has no name of its own is called otherwise.
func fileName(given, otherwise, end string) string {
	name := strings.TrimSuffix(strings.Map(harmless, path.Base(given)), end)
	name = strings.Trim(name[:min(len(name), maxFileName-len(end))], ".")
	if name == "" {
		name = otherwise
	}
	return name + end
}

func harmless(r rune) rune {
	switch {
	case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '.', r == '-', r == '_':
		return r
	default:
		return -1
	}
}
