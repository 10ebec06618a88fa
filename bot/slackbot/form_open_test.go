package slackbot_test

import (
	"strings"
	"testing"

	"ringside/bot/slackbot/slackfake"
)

func TestAFormThatIsNotOpened(t *testing.T) {
	t.Parallel()
	const method = "views.open"
	tests := []struct {
		name   string
		faults []slackfake.Fault
		ask    func(r *rig, a *slackfake.Ask)
		told   bool
	}{
		{"the trigger is too old", []slackfake.Fault{{Error: "expired_trigger_id"}}, nil, true},
		{"Slack is down", []slackfake.Fault{{Status: 500}}, nil, true},
		{"Slack is too busy", []slackfake.Fault{{RetryAfter: "1"}}, nil, true},
		{"the answer was lost", []slackfake.Fault{{Cut: true}}, nil, true},
		{"Slack finds fault with it twice", []slackfake.Fault{{Error: "invalid_arguments"}, {Error: "invalid_arguments"}}, nil, true},
		{"another delivery opened it", []slackfake.Fault{{Error: "exchanged_trigger_id"}}, nil, false},
		{"another delivery opened it, in the old words", []slackfake.Fault{{Error: "trigger_exchanged"}}, nil, false},
		{"the command is endless", nil, func(_ *rig, a *slackfake.Ask) { a.Text = strings.Repeat(" ", 3000) + "bulk" }, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			bothModes(t, func(t *testing.T, mode string) {
				d, asks, _ := heard()
				r := start(t, setup{mode: mode, desk: d})
				r.slack.Fail(method, tt.faults...)
				a := bulk()
				if tt.ask != nil {
					tt.ask(r, &a)
				}
				r.ask(t, a)
				if tt.told {
					if m := r.reads(t, "did not open the form", "ringside bulk --config FILE"); m.For != "U0456" {
						t.Error("all are told")
					}
				}
				r.settle(t)
				if told := len(standing(r, "U0456")) > 0; told != tt.told || len(asks) != 0 || len(r.slack.Views()) != 0 {
					t.Errorf("told: %v, %d handed on, forms %+v", told, len(asks), r.slack.Views())
				}
				if n := r.slack.Calls(method); tt.ask != nil && n != 0 {
					t.Errorf("Slack was asked %d times for what it cannot do", n)
				}
				r.noneLogged(t, "xoxb-", "capability-")
			})
		})
	}
}

// TestAFormWithoutAFile shows the form of an app that was installed without the scope for files.
func TestAFormWithoutAFile(t *testing.T) {
	t.Parallel()
	d, asks, _ := heard()
	r := start(t, setup{desk: d, fake: slackfake.Config{Scopes: "commands,chat:write"}})
	v := r.form(t)
	if len(v.Fields) != 1 || v.Fields[0].Kind != "plain_text_input" {
		t.Errorf("the form has %+v", v.Fields)
	}
	r.submit(t, slackfake.Submit{View: v, Rows: "a"})
	if got := receive(t, r, asks).Sheet; got == nil || string(got.Text) != "a" {
		t.Errorf("the sheet is %+v", got)
	}
}
