package ledger

import (
	"bufio"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Format is how an export is written.
type Format string

// The formats.
const (
	CSV   Format = "csv"   // RFC 4180 with a header, fit for a spreadsheet
	JSONL Format = "jsonl" // one JSON object a line
)

// exportTime is RFC 3339 in UTC with all the digits that an event's hash covers.
const exportTime = "2006-01-02T15:04:05.000000Z"

// encoder writes one event after the other.
type encoder struct {
	write func(entry) error
	flush func() error
}

func (f Format) encoder(w io.Writer) (encoder, error) {
	switch f {
	case CSV:
		return newCSV(w)
	case JSONL:
		return newJSONL(w), nil
	}
	return encoder{}, fmt.Errorf("there is no export as %q; there are csv and jsonl", string(f))
}

func newCSV(w io.Writer) (encoder, error) {
	out := csv.NewWriter(w)
	write := func(e entry) error {
		rooms, outcomes := e.inCells()
		row := []string{
			strconv.FormatInt(e.Seq, 10), e.At.Format(exportTime), e.Op, e.Kind, e.Actor,
			e.battle, e.alias, rooms, outcomes, e.Body, hex.EncodeToString(e.hash),
		}
		for i, text := range row {
			row[i] = harmless(text)
		}
		return out.Write(row)
	}
	flush := func() error {
		out.Flush()
		return out.Error()
	}
	return encoder{write: write, flush: flush}, out.Write([]string{
		"seq", "time", "operation", "kind", "actor", "battle", "alias", "rooms", "outcomes", "body", "hash",
	})
}

// inCells returns the rooms with their points, and those of which the event tells an outcome with that.
func (e entry) inCells() (rooms, outcomes string) {
	var points, became []string
	for _, r := range e.rooms {
		points = append(points, r.Room+":"+strconv.FormatInt(r.Points, 10))
		if r.Outcome != Undecided {
			became = append(became, r.Room+":"+string(r.Outcome))
		}
	}
	return strings.Join(points, "; "), strings.Join(became, "; ")
}

// harmless keeps a spreadsheet from reading a text as a formula (https://owasp.org/www-community/attacks/CSV_Injection).
func harmless(text string) string {
	if text != "" && strings.ContainsRune("=+-@\t\r", rune(text[0])) {
		return "'" + text
	}
	return text
}

// exported is an event as a line of JSON.
type exported struct {
	Seq       int64           `json:"seq"`
	Time      string          `json:"time"`
	Operation string          `json:"operation"`
	Kind      string          `json:"kind"`
	Actor     string          `json:"actor"`
	Battle    string          `json:"battle"`
	Alias     string          `json:"alias"`
	Rooms     []exportedRoom  `json:"rooms"`
	Body      json.RawMessage `json:"body"`
	Hash      string          `json:"hash"`
}

type exportedRoom struct {
	Room    string  `json:"room"`
	Points  int64   `json:"points"`
	Outcome Outcome `json:"outcome,omitempty"`
}

func newJSONL(w io.Writer) encoder {
	buffer := bufio.NewWriter(w)
	out := json.NewEncoder(buffer)
	out.SetEscapeHTML(false) // so that a body stays as its hash covers it
	return encoder{flush: buffer.Flush, write: func(e entry) error {
		line := exported{
			Seq: e.Seq, Time: e.At.Format(exportTime), Operation: e.Op, Kind: e.Kind, Actor: e.Actor, Battle: e.battle,
			Alias: e.alias, Rooms: []exportedRoom{}, Body: json.RawMessage(e.Body), Hash: hex.EncodeToString(e.hash),
		}
		for _, r := range e.rooms {
			line.Rooms = append(line.Rooms, exportedRoom{Room: r.Room, Points: r.Points, Outcome: r.Outcome})
		}
		if json.Valid(line.Body) {
			return out.Encode(line)
		}
		text, err := json.Marshal(e.Body) // somebody changed it
		line.Body = text
		return errors.Join(err, out.Encode(line))
	}}
}
