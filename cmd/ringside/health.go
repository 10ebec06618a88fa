package main

import (
	"context"
	"fmt"
	"net/http"
	"time"
)

// healthCmd is `ringside health`: a health check that needs no other program in the container.
type healthCmd struct {
	URL string `name:"url" default:"http://127.0.0.1:8080/healthz" help:"The address to ask."`
}

// Run fails unless the address answers 200 in time.
func (h healthCmd) Run(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, h.URL, http.NoBody)
	if err != nil {
		return usageError{fmt.Errorf("--url: %w", err)}
	}
	response, err := (&http.Client{}).Do(request)
	if err != nil {
		return fmt.Errorf("not healthy: %w", err)
	}
	defer response.Body.Close() //nolint:errcheck // only the status is wanted
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("not healthy: status %d", response.StatusCode)
	}
	return nil
}
