package ledger

import (
	"encoding/json"
	"fmt"
	"time"
)

// details is the part of an operation that is only read whole, never searched.
type details struct {
	Approval    bool       `json:"approval,omitempty"`
	ConfirmOver int64      `json:"confirm_over"`
	Vouched     []string   `json:"vouched,omitempty"`
	Askers      []string   `json:"askers,omitempty"`
	Shown       []Standing `json:"shown,omitempty"`
	Call        Call       `json:"call,omitzero"`
	Look        Look       `json:"look,omitzero"`
	newBattle
}

// newBattle is what is asked for beyond the rooms when a battle is to be started.
type newBattle struct {
	Duration time.Duration `json:"duration_ns,omitempty"`
	Note     string        `json:"note,omitempty"`
}

func detailsOf(o Operation) details {
	return details{
		Approval: o.Approval, ConfirmOver: o.ConfirmOver, Vouched: o.Vouched, Askers: o.Askers, Shown: o.Shown, Call: o.Call, Look: o.Look,
		newBattle: newBattle{o.Duration, o.Note},
	}
}

// docOf encodes the details of an operation as they are kept.
func docOf(o Operation) (string, error) {
	doc, err := json.Marshal(detailsOf(o))
	if err != nil {
		return "", fmt.Errorf("encode operation: %w", err)
	}
	return string(doc), nil
}

// content is what an event says of an operation that is asked for: the exact thing a yes is bound to.
type content struct {
	Kind     Kind          `json:"kind"`
	Battle   string        `json:"battle"`
	Rooms    []roomContent `json:"rooms"`
	Asker    string        `json:"asker"`
	Channel  string        `json:"channel"`
	Approval bool          `json:"approval,omitempty"`
	Shown    []Standing    `json:"shown,omitempty"`
	Source   string        `json:"source,omitempty"`
	Undoes   string        `json:"undoes,omitempty"`
	Expires  time.Time     `json:"expires,omitzero"`
	Owner    string        `json:"owner,omitempty"`
	Lease    time.Time     `json:"lease,omitzero"`
	SendBy   time.Time     `json:"send_by,omitzero"`
	Bulk     string        `json:"bulk,omitempty"`
	Part     int           `json:"part,omitempty"`
	newBattle
}

type roomContent struct {
	Room    string  `json:"room"`
	Points  int64   `json:"points"`
	Before  *int64  `json:"before,omitempty"`
	Outcome Outcome `json:"outcome,omitempty"`
	Reason  string  `json:"reason,omitempty"`
	Code    int     `json:"code,omitempty"`
}

func roomsOf(o Operation) []roomContent {
	rooms := make([]roomContent, len(o.Rooms))
	for i, r := range o.Rooms {
		rooms[i] = roomContent(r)
	}
	return rooms
}

func contentOf(o Operation) content {
	return content{
		Kind: o.Kind, Battle: o.Battle, Rooms: roomsOf(o), Asker: o.Asker, Channel: o.Channel, Approval: o.Approval,
		Shown: o.Shown, Source: o.Source, Undoes: o.Undoes, Expires: o.Expires, Owner: o.Owner, Lease: o.Lease, SendBy: o.SendBy,
		Bulk: o.Bulk, Part: o.Part, newBattle: newBattle{o.Duration, o.Note},
	}
}

// verdict is what the settling event says.
type verdict struct {
	Rooms  []roomContent `json:"rooms"`
	Call   Call          `json:"call"`
	Battle string        `json:"battle,omitempty"` // that was started
}

func verdictOf(o Operation, v Verdict) verdict {
	return verdict{Rooms: roomsOf(o), Call: o.Call, Battle: v.Battle}
}
