package web

import "net/http"

// HTTPServers returns the public and the admin http.Server, so that a test can see their limits.
func (s *Server) HTTPServers() (public, admin *http.Server) {
	return s.faces[0].server, s.faces[1].server
}

// Explain shows what /readyz would say of err.
func Explain(err error) string { return explain(err) }
