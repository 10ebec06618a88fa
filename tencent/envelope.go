package tencent

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"ringside/secret"
)

// Bounds of outside texts, in bytes.
const (
	maxProse     = 4096 // of any text, before it is looked at
	maxInfo      = 400
	maxRequestID = 128
	maxStatus    = 16
	maxRoom      = 256 // the vendor allows 48
	maxAccount   = 128
	maxBattleID  = 512
)

// object is a JSON object. Names are matched exactly. A name given twice holds nothing: which of
// the two values was meant cannot be known.
type object map[string]json.RawMessage

// parseObject reads data as one JSON object and nothing more.
func parseObject(data []byte) (object, bool) {
	if !json.Valid(data) {
		return nil, false
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	if token, err := decoder.Token(); err != nil || token != json.Delim('{') {
		return nil, false
	}
	out := object{}
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			return nil, false
		}
		var value json.RawMessage
		if err := decoder.Decode(&value); err != nil {
			return nil, false
		}
		key, _ := name.(string)
		if _, twice := out[key]; twice {
			value = nil
		}
		out[key] = value
	}
	if _, err := decoder.Token(); err != nil {
		return nil, false
	}
	_, err := decoder.Token()
	return out, errors.Is(err, io.EOF)
}

// whole returns the value of name if it is a whole number.
func (o object) whole(name string) (int64, bool) {
	n, err := strconv.ParseInt(string(o[name]), 10, 64)
	return n, err == nil
}

// code returns the value of name if it is a whole number that fits an int.
func (o object) code(name string) (int, bool) {
	n, err := strconv.Atoi(string(o[name]))
	return n, err == nil
}

// text returns the value of name if it is a string of at most limit bytes.
func (o object) text(name string, limit int) (string, bool) {
	var text string
	if value := o[name]; len(value) == 0 || value[0] != '"' || json.Unmarshal(value, &text) != nil {
		return "", false
	}
	return text, len(text) <= limit
}

// list returns the elements of name if it is an array.
func (o object) list(name string) ([]json.RawMessage, bool) {
	var list []json.RawMessage
	if value := o[name]; len(value) == 0 || value[0] != '[' || json.Unmarshal(value, &list) != nil {
		return nil, false
	}
	return list, true
}

// account returns the value of name as text of at most limit bytes: a string, or a number with exactly the digits that
// were sent, for account ids exceed what a float64 holds.
func (o object) account(name string, limit int) string {
	if text, ok := o.text(name, limit); ok {
		return text
	}
	value := string(o[name])
	if value == "" || len(value) > limit || strings.Trim(value, "-0123456789") != "" {
		return ""
	}
	return value
}

// prose returns the value of name as text fit for a log and a chat.
func (o object) prose(name string, limit int, signature secret.Value) string {
	var text string
	if value := o[name]; len(value) == 0 || value[0] != '"' || json.Unmarshal(value, &text) != nil {
		return ""
	}
	return tidy(redact(text[:min(len(text), maxProse)], signature.Reveal()), limit)
}

// answer is the data of a reply.
type answer struct {
	data      object // the Response part; empty if there is none that can be read
	signature secret.Value
}

// readEnvelope fills in what the envelope says and returns the data in it, https://trtc.io/document/63398.
func (e *Evidence) readEnvelope(reply []byte, signature secret.Value) (answer, *Failure) {
	envelope, ok := parseObject(reply)
	if !ok {
		return answer{}, &Failure{Reason: ReasonNotJSON}
	}
	code, ok := envelope.code("ErrorCode")
	if !ok {
		return answer{}, &Failure{Reason: ReasonNoCode}
	}
	e.Code = code
	e.Status = envelope.prose("ActionStatus", maxStatus, signature)
	e.Info = envelope.prose("ErrorInfo", maxInfo, signature)
	e.RequestID = envelope.prose("RequestId", maxRequestID, signature)
	data, _ := parseObject(envelope["Response"])
	return answer{data: data, signature: signature}, nil
}

// results reads the list of results, in the order and number received. An element that names no room keeps an
// empty one; a list that cannot be read is empty.
func (a answer) results() []RoomResult {
	list, _ := a.data.list("Result")
	results := make([]RoomResult, 0, len(list))
	for _, element := range list {
		results = append(results, a.result(element))
	}
	return results
}

func (a answer) result(element json.RawMessage) RoomResult {
	data, ok := parseObject(element)
	if !ok {
		return RoomResult{}
	}
	var result RoomResult
	if room, ok := data.text("RoomId", maxRoom); ok {
		result.Room = room
	}
	result.Code, result.HasCode = data.code("ResultCode")
	result.Message = data.prose("ResultMessage", maxInfo, a.signature)
	return result
}

// piece is the length from which a part of a signature is struck out.
const piece = 12

// redact strikes out every piece of the signature in a text that came from outside: a gateway may quote the address
// it was called at, whole or cut.
func redact(text, signature string) string {
	var out strings.Builder
	for i := 0; i < len(text); {
		end := i + piece
		if end > len(text) || !strings.Contains(signature, text[i:end]) {
			out.WriteByte(text[i])
			i++
			continue
		}
		for end < len(text) && strings.Contains(signature, text[i:end+1]) {
			end++
		}
		out.WriteString(secret.Redacted)
		i = end
	}
	return out.String()
}

// tidy makes text one line without control or direction marks, of at most limit bytes.
func tidy(text string, limit int) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t' || r == '\r':
			return ' '
		case !unicode.IsPrint(r):
			return -1
		default:
			return r
		}
	}, text)
	if len(text) <= limit {
		return text
	}
	text = text[:limit-len("…")]
	for !utf8.ValidString(text) {
		text = text[:len(text)-1]
	}
	return text + "…"
}
