// Package page holds what the pages for people have alike: safe headers, files that are part of the program, and a
// stream of events with the script that listens to it.
package page

import (
	"embed"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"path"
)

const plainText = "text/plain; charset=utf-8"

// policy lets a page load its own script, style and pictures and talk to where it came from, and nothing else. It
// writes no markup from text, which Trusted Types then enforce.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'; " +
	"require-trusted-types-for 'script'; trusted-types 'none'"

//go:embed assets
var assets embed.FS

// Safe sets the headers of a page and of all that belongs to it. More is added to its Content-Security-Policy, such
// as "; frame-src 'self'"; it may be empty.
func Safe(more string, h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("Cache-Control", "no-store")
		header.Set("Content-Security-Policy", policy+more)
		header.Set("Cross-Origin-Opener-Policy", "same-origin")
		header.Set("Cross-Origin-Resource-Policy", "same-origin")
		header.Set("Referrer-Policy", "no-referrer")
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("X-Frame-Options", "DENY")
		h.ServeHTTP(w, r)
	})
}

// Files mounts the scripts and styles of a folder under prefix, which ends in "/", and live.mjs and icon.svg beside
// them.
func Files(mux *http.ServeMux, prefix string, folder fs.FS) error {
	own, err := fs.Sub(assets, "assets")
	if err != nil {
		return fmt.Errorf("open the files of all pages: %w", err)
	}
	for _, from := range []fs.FS{own, folder} {
		if err := mountAll(mux, prefix, from); err != nil {
			return err
		}
	}
	return nil
}

func mountAll(mux *http.ServeMux, prefix string, folder fs.FS) error {
	files, err := fs.ReadDir(folder, ".")
	if err != nil {
		return fmt.Errorf("list the files of a page: %w", err)
	}
	for _, f := range files {
		kind := kindOf(f.Name())
		if kind == "" {
			continue
		}
		content, err := fs.ReadFile(folder, f.Name())
		if err != nil {
			return fmt.Errorf("read a file of a page: %w", err)
		}
		mux.HandleFunc("GET "+prefix+f.Name(), func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", kind)
			_, _ = w.Write(content) // the caller may be gone
		})
	}
	return nil
}

// kindOf does not ask the machine's own tables, which differ. It returns "" for what is not served as it stands.
func kindOf(name string) string {
	switch path.Ext(name) {
	case ".css":
		return "text/css; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".mjs":
		return "text/javascript; charset=utf-8"
	default:
		return ""
	}
}

// Say answers with one line of plain words.
func Say(w http.ResponseWriter, status int, words string) {
	w.Header().Set("Content-Type", plainText)
	w.WriteHeader(status)
	_, _ = io.WriteString(w, words+"\n") // the caller may be gone
}

// Nothing answers where nothing is.
func Nothing(w http.ResponseWriter, _ *http.Request) {
	Say(w, http.StatusNotFound, "There is nothing here.")
}
