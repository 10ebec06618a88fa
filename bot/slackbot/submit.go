package slackbot

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/slack-go/slack"
	"go.uber.org/zap"

	"ringside/bot/edge"
	"ringside/commands"
)

// filled is a form as it was filled in. https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload
type filled struct {
	ID         string `json:"id"`
	CallbackID string `json:"callback_id"`
	Carried    string `json:"private_metadata"`
	State      struct {
		Values map[string]map[string]field `json:"values"` // by the names of block and input
	} `json:"state"`
}

type field struct {
	Value string `json:"value"`
	Files []struct {
		Name       string `json:"name"`
		Size       int64  `json:"size"`
		URL        string `json:"url_private_download"`
		IsExternal bool   `json:"is_external"`
	} `json:"files"`
}

// submission is what came of a form.
type submission struct {
	file  *edge.Attachment // the rows are in it; nil if they came with the form
	wrong string           // what keeps the form from being used, for the person who fills it in; empty if nothing does
}

// readForm understands a form of ours that was sent just now. What is wrong with it is told in the form.
func (i *interaction) readForm(now time.Time, spare func() string) (inbound, error) {
	if i.View.CallbackID != formID {
		return inbound{}, errNotForUs
	}
	if !isID(i.User.ID) {
		return inbound{}, errors.New("a form without a user")
	}
	from, ok := i.origin()
	if !ok {
		return inbound{user: i.User.ID, until: now, form: &submission{wrong: "This form is not yours or too old. Close it and type the command again."}}, nil
	}
	in := inbound{team: from.Team, channel: from.Channel, user: from.User, until: now, form: &submission{}}
	in.ask = &commands.Invocation{
		Key:     i.formKey(spare),
		Command: from.Command,
		Text:    from.Text,
		Caller:  commands.Caller{ID: userID(in.team, in.user), Name: clip(line(from.Name), maxName)},
		Place:   in.place(),
	}
	i.readFields(&in)
	return in, nil
}

// origin returns what the form carries, if it is such as a command of this very person leaves. Slack vouches for it, and
// it is checked all the same.
func (i *interaction) origin() (origin, bool) {
	var from origin
	if len(i.View.Carried) > 4*maxMetadata || json.Unmarshal([]byte(i.View.Carried), &from) != nil {
		return origin{}, false
	}
	if !isID(from.Team) || !isID(from.Channel) || from.User != i.User.ID || (from.Team != i.User.TeamID && from.Team != i.Team.ID) {
		return origin{}, false
	}
	_, needed := commands.FormFor(commands.Invocation{Command: from.Command, Text: from.Text})
	return from, needed
}

// formKey is the same for every time that one form is sent: a form is taken once.
func (i *interaction) formKey(spare func() string) string {
	if isID(i.View.ID) {
		return platform + ":view:" + i.View.ID
	}
	return key(i.TriggerID, spare)
}

// readFields takes either the rows or the file.
func (i *interaction) readFields(in *inbound) {
	rows := i.View.State.Values[rowsField][formInput].Value
	files := i.View.State.Values[fileField][formInput].Files
	typed := strings.TrimSpace(rows) != ""
	switch {
	case typed && len(files) > 0:
		in.form.wrong = "Rows or a file, not both: clear this field, or take the file away."
	case typed:
		in.ask.Sheet = &commands.Sheet{Text: []byte(rows)}
	case len(files) == 0:
		in.form.wrong = "Paste rows here, or choose a file below."
	case len(files) > 1 || files[0].IsExternal:
		in.form.wrong = "One CSV file that is stored in Slack, please, or paste the rows here."
	default:
		in.form.file = &edge.Attachment{Name: clip(line(files[0].Name), maxName), Size: files[0].Size, URL: files[0].URL}
	}
}

// admitForm takes a place among the workers before the form is acknowledged, so that a form stays open, with all that
// was typed into it, where Ringside cannot take it. What is returned is for the acknowledgement, and for after it.
func (b *Bot) admitForm(in inbound) (says *slack.ViewSubmissionResponse, then func()) {
	stays := func(why string) (*slack.ViewSubmissionResponse, func()) {
		return slack.NewErrorsViewSubmissionResponse(map[string]string{rowsField: why}), func() {}
	}
	if in.form.wrong != "" {
		return stays(in.form.wrong)
	}
	if r := b.turnedAway(in); r != nil {
		return stays(sentence(*r))
	}
	acknowledged := make(chan struct{})
	taken := b.take(func(ctx context.Context) {
		select {
		case <-acknowledged:
			b.work(ctx, in)
		case <-ctx.Done():
		}
	})
	if !taken {
		return stays(sentence(edge.Busy()))
	}
	return slack.NewClearViewSubmissionResponse(), func() { close(acknowledged) }
}

// sentence writes a reply as one line.
func sentence(r commands.Reply) string {
	return strings.Join(append([]string{strings.TrimSuffix(r.Headline, ".") + "."}, r.Notes...), " ")
}

// workForm fetches the file of a form, if it came with one, and hands the form on.
func (b *Bot) workForm(ctx context.Context, in inbound, to *responder) {
	if in.form.file != nil {
		sheet, err := b.fetch(ctx, *in.form.file)
		if err != nil {
			b.notFetched(ctx, to, err)
			return
		}
		in.ask.Sheet = sheet
	}
	b.count.accepted.Add(1)
	b.handler.Handle(ctx, *in.ask, to)
}

// fetch reads a file that a person handed in. The token travels with the request, and so to Slack only.
func (b *Bot) fetch(ctx context.Context, a edge.Attachment) (*commands.Sheet, error) {
	if err := a.Check(); err != nil {
		return nil, err
	}
	if !b.mayReach(a.URL) {
		return nil, errors.New("the address of the file is not Slack's")
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, a.URL, nil)
	if err != nil {
		return nil, errors.New("the address of the file is malformed")
	}
	req.Header.Set("Authorization", "Bearer "+b.settings.BotToken.Reveal())
	sheet, err := a.Read(ctx, b.files, req)
	return sheet, masked(err)
}

// notFetched tells the caller why a file was not taken.
func (b *Bot) notFetched(ctx context.Context, to *responder, why error) {
	r := edge.NotRead()
	var refused *edge.Refused
	if errors.As(why, &refused) {
		r = refused.Reply
	} else {
		b.log.Warn("a file could not be fetched; the app may lack the scope files:read", zap.Error(why))
	}
	if err := to.Answer(ctx, r); err != nil {
		b.log.Warn("the caller could not be told that a file was not taken", zap.Error(err))
	}
}
