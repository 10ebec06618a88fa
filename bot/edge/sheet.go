package edge

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"ringside/commands"
)

// DownloadTimeout bounds the reading of a file that a person handed in.
const DownloadTimeout = 10 * time.Second

// SheetTypes are the ends of the names of files that rows are read from.
func SheetTypes() []string { return []string{"csv", "txt", "tsv"} }

// Attachment is a file that a person handed in, as a platform tells of it. Nothing of it is believed but that the
// platform told it.
type Attachment struct {
	Name string // a label
	Size int64  // bytes; 0 if it was not told
	URL  string // where it can be read: a capability, never logged
}

// Refused says in words why nothing is done with what a person handed in.
type Refused struct{ Reply commands.Reply }

// Error returns the headline.
func (e *Refused) Error() string { return e.Reply.Headline }

func refused(r commands.Reply) *Refused { return &Refused{Reply: r} }

// Check refuses a file by what is told of it, before anything of it is read. The error is a *Refused.
func (a Attachment) Check() error {
	kind := strings.TrimPrefix(strings.ToLower(path.Ext(a.Name)), ".")
	switch {
	case !slices.Contains(SheetTypes(), kind):
		return refused(wrongType(a.Name))
	case a.Size > commands.MaxSheet:
		return refused(commands.TooLarge())
	default:
		return nil
	}
}

// Read makes the request, once, and returns the file as a sheet. The error is a *Refused if it is of a wrong kind or too
// large, and otherwise says why it could not be read; it holds the address if that of the client does.
func (a Attachment) Read(ctx context.Context, client *http.Client, r *http.Request) (*commands.Sheet, error) {
	if err := a.Check(); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, DownloadTimeout)
	defer cancel()
	resp, err := client.Do(r.WithContext(ctx)) //nolint:gosec // The platform has checked where it leads.
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("status %d", resp.StatusCode)
	}
	if strings.HasPrefix(resp.Header.Get("Content-Type"), "text/html") {
		return nil, errors.New("a page came in the place of the file") // as for somebody who is not signed in
	}
	text, err := io.ReadAll(io.LimitReader(resp.Body, commands.MaxSheet+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("reading it: %w", err)
	case len(text) > commands.MaxSheet:
		return nil, refused(commands.TooLarge())
	case !isText(text):
		return nil, refused(binary(a.Name))
	default:
		return &commands.Sheet{Name: a.Name, Text: text}, nil
	}
}

// isText reports whether b is UTF-8 without the bytes that no text has.
func isText(b []byte) bool { return utf8.Valid(b) && bytes.IndexByte(b, 0) < 0 }

func wrongType(name string) commands.Reply {
	return commands.Reply{
		Tone: commands.ToneBad, Headline: "Rows are read from a CSV file (.csv, .tsv or .txt), so nothing was read and nothing was sent.",
		Notes: []string{"The file is called “" + name + "”. Save it as CSV (UTF-8) in your spreadsheet, and try again."},
	}
}

func binary(name string) commands.Reply {
	return commands.Reply{
		Tone: commands.ToneBad, Headline: "The file is not plain text in UTF-8, so nothing was read and nothing was sent.",
		Notes: []string{"The file is called “" + name + "”. Save it as CSV (UTF-8) in your spreadsheet, and try again."},
	}
}

// NotRead tells a person that a file could not be fetched from the platform.
func NotRead() commands.Reply {
	return commands.Reply{
		Tone: commands.ToneBad, Headline: "The file could not be read, so nothing was sent.",
		Notes:    []string{"Try again in a moment, or paste the rows instead of the file:"},
		Examples: []string{commands.BattleCommand + " bulk"},
	}
}
