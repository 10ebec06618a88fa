package rehearsal_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ringside/commands"
	"ringside/web/rehearsal"
)

func TestNotifyAndRevise(t *testing.T) {
	t.Parallel()
	a := newHall(t, &handler{})
	p := a.open(t)
	card := func(s string) commands.Reply {
		return commands.Reply{Headline: s, Public: true, Buttons: []commands.Button{{ID: "stop", Label: "Stop"}}}
	}
	name, err := a.Notify(t.Context(), commands.Place{Channel: "web:rehearsal"}, card("one"))
	if err != nil || name != commands.Message("web:rehearsal/"+p.sessionOf()+"/1") {
		t.Fatalf("Notify() = %q, %v", name, err)
	}
	if m := p.says(1, "one"); !m.Alive || m.Private {
		t.Errorf("it is %+v", m)
	}
	if err := a.Revise(t.Context(), name, card("two")); err != nil {
		t.Error(err)
	}
	p.says(1, "two")
	a.press(t, "stop")
	p.says(1, "Pressed stop.")
	if _, err := a.Notify(t.Context(), commands.Place{User: "web:visitor"}, commands.Reply{Headline: "for you"}); err != nil {
		t.Error(err)
	}
	if m := p.says(2, "for you"); !m.Private {
		t.Error("it is for everybody")
	}
}

func (p *page) sessionOf() string {
	p.until("the beginning", func(map[int]message) bool { return p.session != "" })
	return p.session
}

func TestWhatCannotBeNotifiedOrRevised(t *testing.T) {
	t.Parallel()
	a := newHall(t, &handler{})
	for _, to := range []commands.Place{{}, {Channel: "console:local"}, {Channel: "web:other"}, {User: "slack:T1/user/U1"}} {
		if _, err := a.Notify(t.Context(), to, commands.Reply{Headline: "x"}); err == nil {
			t.Errorf("%+v is taken", to)
		}
	}
	session := a.open(t).sessionOf()
	for name, gone := range map[commands.Message]bool{
		"": false, "slack:T1/C1/1": false, "web:rehearsal": false,
		"web:rehearsal/": true, "web:rehearsal/other/1": true, "web:rehearsal/" + commands.Message(session) + "/7": true,
		"web:rehearsal/" + commands.Message(session) + "/x": true,
	} {
		err := a.Revise(t.Context(), name, commands.Reply{Headline: "x"})
		if err == nil || errors.Is(err, commands.ErrMessageGone) != gone {
			t.Errorf("Revise(%q) = %v", name, err)
		}
	}
}

func TestTheConversationIsBounded(t *testing.T) {
	t.Parallel()
	a := newHall(t, &handler{})
	var first commands.Message
	for i := range 250 {
		name, err := a.Notify(t.Context(), commands.Place{Channel: "web:rehearsal"}, commands.Reply{Headline: fmt.Sprint(i)})
		if err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			first = name
		}
	}
	all := a.open(t).until("all", func(all map[int]message) bool { return len(all) > 0 })
	if len(all) != 200 || all[250].words() != "249" || all[51].words() != "50" {
		t.Errorf("%d messages are left, the last %q", len(all), all[250].words())
	}
	if err := a.Revise(t.Context(), first, commands.Reply{}); !errors.Is(err, commands.ErrMessageGone) {
		t.Errorf("the first message: %v", err)
	}
}

func TestPictures(t *testing.T) {
	t.Parallel()
	a := newHall(t, &handler{})
	p := a.open(t)
	reply := func(i int) commands.Reply {
		return commands.Reply{Headline: fmt.Sprint(i), Picture: &commands.Picture{Alt: "the scores", PNG: []byte(fmt.Sprint("png", i))}}
	}
	for i := range 17 {
		if _, err := a.Notify(t.Context(), commands.Place{Channel: "web:rehearsal"}, reply(i)); err != nil {
			t.Fatal(err)
		}
	}
	all := p.until("the first to fade", func(all map[int]message) bool {
		return len(all) == 17 && all[1].Reply.Picture == nil
	})
	if diff := cmp.Diff([]string{"[picture: the scores]"}, all[1].Reply.Notes); diff != "" {
		t.Error(diff)
	}
	shown := all[17].Reply.Picture
	if got := a.do(t, http.MethodGet, shown.Address, ""); got.body != "png16" || got.header.Get("Content-Type") != "image/png" || shown.Alt != "the scores" {
		t.Errorf("%+v: %+v", shown, got)
	}
	for _, path := range []string{"/rehearsal/pictures/1/1", "/rehearsal/pictures/99/1", "/rehearsal/pictures/x/1"} {
		if got := a.do(t, http.MethodGet, path, ""); got.status != http.StatusNotFound {
			t.Errorf("%s: %d", path, got.status)
		}
	}
}

func TestOnlyAChangedPictureHasANewAddress(t *testing.T) {
	t.Parallel()
	h := &handler{}
	h.press = func(ctx context.Context, _ commands.Press, to commands.Responder) { _ = progress("wait")(ctx, to) }
	a := newHall(t, h)
	p := a.open(t)
	r := commands.Reply{Headline: "x", Buttons: []commands.Button{{ID: "b", Label: "B"}}, Picture: &commands.Picture{PNG: []byte("one")}}
	name, err := a.Notify(t.Context(), commands.Place{Channel: "web:rehearsal"}, r)
	if err != nil {
		t.Fatal(err)
	}
	first := p.says(1, "x").Reply.Picture.Address
	a.press(t, "b")
	p.until("the passing line", func(all map[int]message) bool { return all[1].Passing == "wait" && !all[1].Busy })
	if again := p.all[1].Reply.Picture.Address; again != first {
		t.Errorf("the same picture moved from %s to %s", first, again)
	}
	if err := a.Revise(t.Context(), name, r); err != nil {
		t.Fatal(err)
	}
	p.until("the new picture", func(all map[int]message) bool { return all[1].Passing == "" && all[1].Reply.Picture.Address != first })
}

func TestTextsAreHarmlessAndBounded(t *testing.T) {
	t.Parallel()
	a := newHall(t, &handler{})
	p := a.open(t)
	many := make([]commands.Row, 300)
	_, err := a.Notify(t.Context(), commands.Place{Channel: "web:rehearsal"}, commands.Reply{
		Headline: "a\u202Eb\x00c\xffd\ne", Footer: strings.Repeat("é", 5000), Rows: many,
		Notes: []string{"\u2066x"}, Examples: []string{"zero\u200Djoiner"}, Buttons: []commands.Button{{ID: "b", Label: "\x1b[1m"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	m := p.until("it", func(all map[int]message) bool { return len(all) == 1 })[1].Reply
	if m.Headline != "a<U+202E>b<U+0000>c\uFFFDd\ne" || len([]rune(m.Footer)) != 4000 || len(m.Rows) != 200 {
		t.Errorf("headline %q, %d characters, %d rows", m.Headline, len([]rune(m.Footer)), len(m.Rows))
	}
	if m.Notes[0] != "<U+2066>x" || m.Examples[0] != "zero\u200Djoiner" || m.Buttons[0].Label != "<U+001B>[1m" {
		t.Errorf("%+v", m)
	}
}

var _ commands.Notifier = (*rehearsal.Server)(nil)
