package slackbot_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"ringside/bot/slackbot"
	"ringside/bot/slackbot/slackfake"
)

const (
	hosts = "slack:T0123/group/S0789"
	mika  = "slack:T0123/user/U0456"
)

func groupsOf(t *testing.T) (*slackbot.Groups, *slackfake.Server, *clock) {
	t.Helper()
	fake := slackfake.Start(slackfake.Config{})
	t.Cleanup(fake.Close)
	c := newClock()
	g, err := slackbot.NewGroups(settingsFor(fake, slackbot.ModeHTTP), slackbot.WithClock(c.Now))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(g.Close)
	fake.SetGroup("S0789", "U0456", "U0457")
	return g, fake, c
}

func TestGroupMembers(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, group, person string
		want, fails         bool
	}{
		{"a member", hosts, mika, true, false},
		{"not a member", hosts, "slack:T0123/user/U0001", false, false},
		{"the same user id in another workspace", hosts, "slack:T0999/user/U0456", false, false},
		{"a person of another platform", hosts, "discord:1/user/U0456", false, false},
		{"a group that is not there", "slack:T0123/group/S0000", mika, false, true},
		{"a group of a workspace that is not served", "slack:T0999/group/S0789", mika, false, true},
		{"a role of another platform", "discord:1/role/2", mika, false, true},
		{"a user for a group", mika, mika, false, true},
		{"nothing", "", "", false, true},
	}
	g, _, _ := groupsOf(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := g.Member(t.Context(), tt.group, tt.person)
			if got != tt.want || (err != nil) != tt.fails {
				t.Errorf("Member returned %v, %v", got, err)
			}
		})
	}
}

func TestGroupIsBelievedForAMinute(t *testing.T) {
	t.Parallel()
	g, fake, c := groupsOf(t)
	member := func(want bool) {
		t.Helper()
		got, err := g.Member(t.Context(), hosts, mika)
		if err != nil || got != want {
			t.Errorf("Member returned %v, %v; want %v", got, err, want)
		}
	}
	member(true)
	fake.SetGroup("S0789", "U0457")
	c.pass(59 * time.Second)
	member(true)
	if got := fake.Calls("usergroups.users.list"); got != 1 {
		t.Errorf("Slack was asked %d times within the minute", got)
	}
	c.pass(time.Second)
	member(false)
	if got := fake.Calls("usergroups.users.list"); got != 2 {
		t.Errorf("Slack was asked %d times", got)
	}
}

func TestAStaleYesIsNeverGiven(t *testing.T) {
	t.Parallel()
	g, fake, c := groupsOf(t)
	if got, err := g.Member(t.Context(), hosts, mika); !got || err != nil {
		t.Fatalf("Member returned %v, %v", got, err)
	}
	c.pass(time.Minute)
	fake.Fail("usergroups.users.list", slackfake.Fault{Status: 500})
	if got, err := g.Member(t.Context(), hosts, mika); got || err == nil {
		t.Errorf("a failed look-up gave %v, %v", got, err)
	}
	// The failure is remembered for a second, so that a burst of asks is not a burst of calls.
	if got, err := g.Member(t.Context(), hosts, mika); got || err == nil {
		t.Errorf("a remembered failure gave %v, %v", got, err)
	}
	if got := fake.Calls("usergroups.users.list"); got != 2 {
		t.Errorf("Slack was asked %d times", got)
	}
	c.pass(time.Second)
	if got, err := g.Member(t.Context(), hosts, mika); !got || err != nil {
		t.Errorf("after it Member returned %v, %v", got, err)
	}
}

func TestGroupsObeyRetryAfter(t *testing.T) {
	t.Parallel()
	g, fake, c := groupsOf(t)
	fake.Fail("usergroups.users.list", slackfake.Fault{RetryAfter: "30"})
	for range 3 {
		if _, err := g.Member(t.Context(), hosts, mika); err == nil {
			t.Error("a refusal for frequency was no error")
		}
		c.pass(9 * time.Second)
	}
	c.pass(4 * time.Second)
	if got, err := g.Member(t.Context(), hosts, mika); !got || err != nil {
		t.Errorf("after it Member returned %v, %v", got, err)
	}
	if got := fake.Calls("usergroups.users.list"); got != 2 {
		t.Errorf("Slack was asked %d times", got)
	}
}

func TestGroupLookupsAreShared(t *testing.T) {
	t.Parallel()
	g, fake, _ := groupsOf(t)
	var all sync.WaitGroup
	for range 40 {
		all.Go(func() {
			if got, err := g.Member(t.Context(), hosts, mika); !got || err != nil {
				t.Errorf("Member returned %v, %v", got, err)
			}
		})
	}
	all.Wait()
	if got := fake.Calls("usergroups.users.list"); got != 1 {
		t.Errorf("Slack was asked %d times for 40 people", got)
	}
}

func TestGroupLookupHasADeadline(t *testing.T) {
	t.Parallel()
	g, fake, _ := groupsOf(t)
	fake.Fail("usergroups.users.list", slackfake.Fault{Hang: true})
	began := time.Now()
	result := make(chan error, 1)
	go func() {
		_, err := g.Member(context.Background(), hosts, mika)
		result <- err
	}()
	// A second asker who is in a hurry does not wait for the first.
	if err := fake.Wait(t.Context(), func() bool { return fake.Calls("usergroups.users.list") == 1 }); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := g.Member(ctx, hosts, mika); !errors.Is(err, context.Canceled) {
		t.Errorf("the hurried asker got %v", err)
	}
	if err := <-result; !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("the error is %v", err)
	}
	if took := time.Since(began); took > 4*time.Second {
		t.Errorf("it took %v", took)
	}
}

func TestGroupsAreBounded(t *testing.T) {
	t.Parallel()
	g, fake, _ := groupsOf(t)
	for i := range 600 {
		group := fmt.Sprintf("S%04d", i)
		fake.SetGroup(group, "U0456")
		if got, err := g.Member(t.Context(), "slack:T0123/group/"+group, mika); !got || err != nil {
			t.Fatalf("Member returned %v, %v", got, err)
		}
	}
	if n := slackbot.KnownGroups(g); n > 256 {
		t.Errorf("%d groups are remembered", n)
	}
}

func TestNewGroupsRefuses(t *testing.T) {
	t.Parallel()
	if _, err := slackbot.NewGroups(slackbot.Settings{}); err == nil {
		t.Error("NewGroups did without a token and workspaces")
	}
}
