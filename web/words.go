package web

import (
	"io"
	"net/http"
)

// worded puts the standard answers 404 and 405 of http.ServeMux into plain words, and lets its
// redirects through.
type worded struct {
	http.ResponseWriter
	spoke bool
}

// WriteHeader answers with words for a status that has some.
func (w *worded) WriteHeader(status int) {
	words := ""
	switch status {
	case http.StatusNotFound:
		words = "There is nothing here.\n"
	case http.StatusMethodNotAllowed:
		words = "This address takes " + w.Header().Get("Allow") + ".\n"
	}
	if words == "" {
		w.ResponseWriter.WriteHeader(status)
		return
	}
	w.spoke = true
	w.Header().Set("Content-Type", plainText)
	w.ResponseWriter.WriteHeader(status)
	_, _ = io.WriteString(w.ResponseWriter, words) // the caller may be gone, and HEAD takes no body
}

// Write drops the standard text once there are words in its place.
func (w *worded) Write(p []byte) (int, error) {
	if w.spoke {
		return len(p), nil
	}
	return w.ResponseWriter.Write(p)
}
