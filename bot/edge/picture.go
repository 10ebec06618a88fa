package edge

import (
	"path"
	"strings"

	"ringside/commands"
)

const (
	// maxPicture is the largest picture in bytes that is sent: every platform takes it, and none takes long.
	maxPicture = 1 << 20
	// maxFileName bounds the name of a picture's file, in bytes.
	maxFileName = 100
	// pictureEnds is how the name of a picture's file ends.
	pictureEnds = ".png"
)

// CanShow reports whether p is a picture that can be sent: it is there, and at most 1 MB.
func CanShow(p *commands.Picture) bool { return p != nil && len(p.PNG) > 0 && len(p.PNG) <= maxPicture }

// InWords returns r with the words of its picture in the picture's place.
func InWords(r commands.Reply) commands.Reply {
	if r.Picture == nil {
		return r
	}
	r.Notes = append(append([]string(nil), r.Notes...), "[picture: "+r.Picture.Alt+"]")
	r.Picture = nil
	return r
}

// FileName returns the name of p's file: letters, digits, dots, dashes and underscores, ending in ".png", at most 100
// of them. It can change the meaning neither of a header nor of an address that it becomes part of.
func FileName(p *commands.Picture) string {
	name := strings.TrimSuffix(strings.Map(harmless, path.Base(p.Name)), pictureEnds)
	name = strings.Trim(name[:min(len(name), maxFileName-len(pictureEnds))], ".")
	if name == "" {
		name = "picture"
	}
	return name + pictureEnds
}

func harmless(r rune) rune {
	switch {
	case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '.', r == '-', r == '_':
		return r
	default:
		return -1
	}
}
