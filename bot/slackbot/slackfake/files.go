package slackfake

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
)

// Upload is the name by which Fail and Calls know the addresses that files are sent to.
const Upload = "upload"

// maxFile bounds a file, in bytes. Slack takes far larger ones.
const maxFile = 4 << 20

// File is a file as it stands in a message.
type File struct {
	Name string
	Alt  string
	Size int
	Text string // of a file that is no picture
}

func (f File) isPicture() bool { return strings.HasSuffix(f.Name, ".png") }

// upload is a file on its way.
type upload struct {
	file    File
	arrived bool
}

var fileName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*\.(png|csv|txt)$`)

// uploadURL promises a place for a file of a told name and length.
func (s *Server) uploadURL(form url.Values) (map[string]any, string) {
	size, err := strconv.Atoi(form.Get("length"))
	file := File{Name: form.Get("filename"), Alt: form.Get("alt_txt"), Size: size}
	if err != nil || size <= 0 || size > maxFile || !fileName.MatchString(file.Name) || file.isPicture() != (file.Alt != "") {
		return nil, "invalid_arguments"
	}
	id := fmt.Sprintf("F%07d", s.next())
	s.uploads[id] = &upload{file: file}
	at := s.web.URL
	if s.config.UploadsAt != "" {
		at = s.config.UploadsAt
	}
	return map[string]any{"upload_url": at + "/upload/capability-" + id, "file_id": id}, ""
}

// receive takes the bytes of a file, which must be as many as were promised and of the promised name.
func (s *Server) receive(w http.ResponseWriter, r *http.Request) {
	fault, due := s.begin(Upload)
	if due && !fault.Lost {
		s.play(fault, w, r)
		return
	}
	const form = 64 << 10 // what a form adds to a file
	r.Body = http.MaxBytesReader(w, r.Body, maxFile+form)
	file, header, err := r.FormFile("file")
	if err != nil {
		http.Error(w, "no_file_data", http.StatusBadRequest)
		return
	}
	raw, err := io.ReadAll(file)
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.note()
	u, found := s.uploads[strings.TrimPrefix(r.PathValue("id"), "capability-")]
	if err != nil || !found || len(raw) != u.file.Size || header.Filename != u.file.Name {
		http.Error(w, "upload_failed", http.StatusBadRequest)
		return
	}
	u.arrived = true
	if !u.file.isPicture() {
		u.file.Text = string(raw)
	}
	if fault.Lost {
		cut(w)
		return
	}
	_, _ = fmt.Fprintf(w, "OK - %d", len(raw))
}

// completeUpload shows files that have arrived in a channel, as a message of their own.
func (s *Server) completeUpload(form url.Values) (map[string]any, string) {
	var files []struct{ ID, Title string }
	if json.Unmarshal([]byte(form.Get("files")), &files) != nil || len(files) != 1 {
		return nil, "invalid_arguments"
	}
	channel := form.Get("channel_id")
	if channel == "" || s.closed[channel] {
		return nil, "channel_not_found"
	}
	u, found := s.uploads[files[0].ID]
	if !found || !u.arrived {
		return nil, "file_not_found"
	}
	delete(s.uploads, files[0].ID)
	s.add(&Message{Channel: channel, Files: []File{u.file}})
	return map[string]any{"files": []map[string]any{{"id": files[0].ID, "title": files[0].Title}}}, ""
}
