package slackbot_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ringside/bot/slackbot/slackfake"
	"ringside/commands"
)

// TestProgressSparesWordsThatAreNotOurs presses a private button of which this process knows no words, as
// after a restart.
func TestProgressSparesWordsThatAreNotOurs(t *testing.T) {
	t.Parallel()
	failed := make(chan error, 1)
	run := func(ctx context.Context, to commands.Responder) error {
		return do(ctx, progress(to, says("Under way")), answer(to, saysAll("Done")))
	}
	r := start(t, setup{desk: playing(nil, run, failed)})
	earlier := url.Values{
		"token": {slackfake.DefaultBotToken}, "channel": {"C0AB"}, "user": {"U0456"}, "text": {"Sure?"},
		"blocks": {`[{"type":"actions","block_id":"ringside","elements":[{"type":"button","action_id":"a","value":"yes1","text":{"type":"plain_text","text":"Go"}}]}]`},
	}
	if got := r.do(t, r.request(t, http.MethodPost, r.slack.APIURL()+"chat.postEphemeral", earlier.Encode())); got != 200 {
		t.Fatalf("status %d", got)
	}
	if _, err := r.slack.Press(r.ctx, slackfake.Press{Message: r.reads(t, "Sure?"), Value: "yes1"}); err != nil {
		t.Fatal(err)
	}
	if err := receive(t, r, failed); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"private: Sure? [Go]", "private: Under way", "public: Done"}, standing(r, "U0456")); diff != "" {
		t.Errorf("what stands there (-want +got):\n%s", diff)
	}
}

func TestWordsAreForgottenInOrder(t *testing.T) {
	t.Parallel()
	failed := make(chan error, 1)
	d := desk{
		handle: func(ctx context.Context, ask commands.Invocation, to commands.Responder) {
			failed <- to.Answer(ctx, commands.Reply{Headline: "Sure " + ask.Text + "?", Buttons: []commands.Button{{ID: "b" + ask.Text, Label: "Go"}}})
		},
		press: func(ctx context.Context, _ commands.Press, to commands.Responder) {
			failed <- to.Progress(ctx, says("Under way"))
		},
	}
	r := start(t, setup{desk: d})
	for i := range 1025 {
		r.ask(t, slackfake.Ask{Text: fmt.Sprint(i)})
		if err := receive(t, r, failed); err != nil {
			t.Fatal(err)
		}
	}
	for words, want := range map[string]int{"Sure 0?": 0, "Sure 1?": 1, "Sure 1024?": 1} {
		m := r.reads(t, words)
		if _, err := r.slack.Press(r.ctx, slackfake.Press{Message: m, Value: m.Buttons()[0].Value}); err != nil {
			t.Fatal(err)
		}
		if err := receive(t, r, failed); err != nil {
			t.Fatal(err)
		}
		if got := r.find(m.TS).Changes; got != want {
			t.Errorf("%q was changed %d times, want %d", words, got, want)
		}
	}
}

// find returns a message as it stands now.
func (r *rig) find(ts string) slackfake.Message {
	for _, m := range r.slack.Messages() {
		if m.TS == ts {
			return m
		}
	}
	return slackfake.Message{}
}
