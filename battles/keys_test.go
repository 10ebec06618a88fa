package battles_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"ringside/battles"
	"ringside/ledger"
	"ringside/secret"
)

func key(t *testing.T, k *battles.Keys, battle string) string {
	t.Helper()
	got, err := k.Key(t.Context(), battle)
	must(t, err)
	return got
}

func TestAKeyOpensOneBattle(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	keys := battles.NewKeys(d.ledger, rand.Reader)
	one := key(t, keys, "b+1/=")
	if !regexp.MustCompile(`^[A-Za-z0-9_-]{22}$`).MatchString(one) {
		t.Errorf("the key %q", one)
	}
	for name, tc := range map[string]struct {
		battle, key string
		opens       bool
	}{
		"its own":             {"b+1/=", one, true},
		"another battle":      {"b+1/", one, false},
		"no key":              {"b+1/=", "", false},
		"half a key":          {"b+1/=", one[:11], false},
		"more than a key":     {"b+1/=", one + "A", false},
		"in other letters":    {"b+1/=", strings.ToUpper(one), one == strings.ToUpper(one)},
		"another's key":       {"b+1/=", key(t, keys, "b2"), false},
		"a key of a stranger": {"b+1/=", key(t, battles.NewKeys(newDesk(t).ledger, rand.Reader), "b+1/="), false},
	} {
		if got := keys.Opens(t.Context(), tc.battle, tc.key); got != tc.opens {
			t.Errorf("%s: opens %v", name, got)
		}
	}
	again := battles.NewKeys(d.ledger, iotest.ErrReader(errors.New("not needed")))
	if !again.Opens(t.Context(), "b+1/=", one) {
		t.Error("after a restart the key does not open")
	}
}

func TestARevokedKeyOpensNothing(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	keys := battles.NewKeys(d.ledger, rand.Reader, battles.WithKeysClock(func() time.Time { return noon }))
	old, other := key(t, keys, "b"), key(t, keys, "c")
	for range 3 {
		fresh, err := keys.Revoke(t.Context(), "b", "slack:T1/user/U1")
		must(t, err)
		if keys.Opens(t.Context(), "b", old) || !keys.Opens(t.Context(), "b", fresh) || fresh != key(t, keys, "b") {
			t.Error("revoked, and the old key opens or the new one does not")
		}
		old = fresh
	}
	if !keys.Opens(t.Context(), "c", other) {
		t.Error("another battle's key was revoked too")
	}
	events, err := d.ledger.Events(t.Context(), "")
	must(t, err)
	for _, e := range events {
		if e.Kind != "overlay-revoked" || e.Actor != "slack:T1/user/U1" || !e.At.Equal(noon) || strings.Contains(e.Body, old) {
			t.Errorf("event %+v", e)
		}
	}
}

// broken is a store of keys that fails where it is told to.
type broken struct {
	*ledger.Ledger
	pepper, generation error
}

func (b *broken) Pepper(ctx context.Context, random io.Reader) (secret.Value, error) {
	if b.pepper != nil {
		return secret.Value{}, b.pepper
	}
	return b.Ledger.Pepper(ctx, random)
}

func (b *broken) OverlayKey(ctx context.Context, battle string) (int64, error) {
	if b.generation != nil {
		return 0, b.generation
	}
	return b.Ledger.OverlayKey(ctx, battle)
}

func (b *broken) RevokeOverlay(ctx context.Context, battle, by string, at time.Time) (int64, error) {
	if b.generation != nil {
		return 0, b.generation
	}
	return b.Ledger.RevokeOverlay(ctx, battle, by, at)
}

func TestNothingOpensWhileTheStoreFails(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	fault := errors.New("the disk is gone")
	good := key(t, battles.NewKeys(d.ledger, rand.Reader), "b")
	store := &broken{Ledger: d.ledger, pepper: fault}
	keys := battles.NewKeys(store, rand.Reader)
	refuses := func(when string) {
		t.Helper()
		if keys.Opens(t.Context(), "b", good) || keys.Opens(t.Context(), "b", "") {
			t.Errorf("%s it opens", when)
		}
		if _, err := keys.Key(t.Context(), "b"); !errors.Is(err, fault) {
			t.Errorf("%s: %v", when, err)
		}
		if _, err := keys.Revoke(t.Context(), "c", "me"); !errors.Is(err, fault) {
			t.Errorf("%s: %v", when, err)
		}
	}
	refuses("without a pepper")
	store.pepper, store.generation = nil, fault
	refuses("without a generation")
	store.generation = nil
	if !keys.Opens(t.Context(), "b", good) {
		t.Error("it does not open when the store is well again")
	}
	if text := fmt.Sprintf("%+v %#v", keys, keys); strings.Contains(text, good) {
		t.Error("the keys print one")
	}
}
