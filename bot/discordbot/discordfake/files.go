package discordfake

import (
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"regexp"
	"slices"
	"strings"
)

// maxFile bounds a file, in bytes. Discord takes larger ones.
const maxFile = 4 << 20

// File is a file as it stands in a message.
type File struct {
	Name string
	Alt  string
	Size int
	Text string // of a file that is no picture
}

func isPicture(name string) bool { return strings.HasSuffix(name, ".png") }

// attached is what a caller tells of a file.
type attached struct {
	ID   json.Number `json:"id"`
	Name string      `json:"filename"`
	Alt  string      `json:"description"`
}

var fileName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*\.(png|csv|txt)$`)

// DenyFiles makes a channel one where the bot may write but not attach files.
func (s *Server) DenyFiles(channel string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fileless[channel] = true
}

// decode reads a message, alone or in parts with its files.
func decode(r *http.Request) (body, error) {
	var b body
	if !strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/") {
		return b, json.NewDecoder(r.Body).Decode(&b)
	}
	parts, err := r.MultipartReader()
	if err != nil {
		return b, err
	}
	b.files = map[string]File{}
	for {
		part, err := parts.NextPart()
		if err == io.EOF {
			return b, nil
		}
		if err != nil {
			return b, err
		}
		if err := b.take(part); err != nil {
			return b, err
		}
	}
}

func (b *body) take(part *multipart.Part) error {
	if part.FormName() == "payload_json" {
		return json.NewDecoder(part).Decode(b)
	}
	raw, err := io.ReadAll(part)
	file := File{Name: part.FileName(), Size: len(raw)}
	if !isPicture(file.Name) {
		file.Text = string(raw)
	}
	b.files[part.FormName()] = file
	return err
}

// judgeFiles refuses files that are not told of and told ones that did not come, and, since among components no file
// shows by itself, whatever is not shown by one.
func (b body) judgeFiles() string {
	var told []attached
	if b.Attachments != nil {
		told = *b.Attachments
	}
	if len(told) != len(b.files) {
		return fmt.Sprintf("%d files and %d attachments", len(b.files), len(told))
	}
	var names []string
	for _, a := range told {
		file, came := b.files["files["+a.ID.String()+"]"]
		if !came || file.Name != a.Name || !fileName.MatchString(a.Name) || file.Size == 0 || file.Size > maxFile {
			return "a file that did not come as it was told"
		}
		if isPicture(a.Name) != (a.Alt != "") || units(a.Alt) > 1024 {
			return "a picture without words, or words that are none of a picture's or too many"
		}
		names = append(names, "attachment://"+a.Name)
	}
	if shown := b.shownFiles(); !slices.Equal(shown, names) {
		return fmt.Sprintf("%q is shown, %q came", shown, names)
	}
	return ""
}

// shownFiles are the addresses of the files that a component shows.
func (b body) shownFiles() []string {
	var all []string
	for _, c := range (Message{Components: b.Components}).parts() {
		for _, item := range c.Items {
			all = append(all, item.Media.URL)
		}
		if c.Type == typeFile {
			all = append(all, c.File.URL)
		}
	}
	return all
}

// attach puts the files of b in the place of those that are there, if b says anything of files.
func (m *Message) attach(b body) {
	if b.Attachments == nil {
		return
	}
	m.Files = nil
	for _, a := range *b.Attachments {
		file := b.files["files["+a.ID.String()+"]"]
		file.Alt = a.Alt
		m.Files = append(m.Files, file)
	}
}
