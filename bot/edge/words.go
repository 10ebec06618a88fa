package edge

import "ringside/commands"

// InWords returns r with words in the place of its picture and of its document.
func InWords(r commands.Reply) commands.Reply { return documentInWords(PictureInWords(r)) }

// Sendable returns r with words in the place of each file that Files leaves out.
func Sendable(r commands.Reply) commands.Reply {
	if !CanShow(r.Picture) {
		r = PictureInWords(r)
	}
	if !canGive(r.Document) {
		r = documentInWords(r)
	}
	return r
}

// PictureInWords returns r with the words of its picture in the picture's place.
func PictureInWords(r commands.Reply) commands.Reply {
	if r.Picture == nil {
		return r
	}
	r = noted(r, "[picture: "+r.Picture.Alt+"]")
	r.Picture = nil
	return r
}

func documentInWords(r commands.Reply) commands.Reply {
	switch d := r.Document; {
	case d == nil:
		return r
	case len(d.Text) > maxDocument:
		r = noted(r, "[file: "+d.Name+" is too large to be sent here]")
	case len(d.Text) == 0:
		r = noted(r, "[file: "+d.Name+" is empty]")
	default:
		r = noted(r, "[file: "+d.Name+" could not be sent here]")
	}
	r.Document = nil
	return r
}

// Apart returns r without its document, and with words that say where that goes instead. The document is nil where there
// is none that could be sent.
func Apart(r commands.Reply, where string) (commands.Reply, *commands.Document) {
	r = Sendable(r)
	d := r.Document
	if d == nil {
		return r, nil
	}
	r = noted(r, "[file: "+d.Name+" "+where+"]")
	r.Document = nil
	return r, d
}

// noted returns r with one more note, and leaves the notes that were given alone.
func noted(r commands.Reply, note string) commands.Reply {
	r.Notes = append(append([]string(nil), r.Notes...), note)
	return r
}
