// Package commands turns what a person typed into an operation and its outcome into words.
//
// It knows no chat library, no SQL and no HTTP. A platform hands it an Invocation or a Press with a
// Responder, and draws the Reply it gets back.
package commands

import (
	"context"
	"errors"
	"time"

	"ringside/secret"
)

// The two slash commands that Ringside listens to.
const (
	ScoreCommand  = "/battle-score"
	BattleCommand = "/battle"
)

// Caller is the person who asks. ID and Groups are identity; Name is a label and never is.
type Caller struct {
	ID     string   // "slack:T0123/user/U0456", "discord:998877/user/3344", "console:local"
	Groups []string // ids the platform vouches for within this very ask, such as Discord roles
	Name   string   // plain text by which people know the caller; may be empty
}

// Place is where an answer belongs and outlives the conversation.
type Place struct {
	Channel string // "slack:T0123/C0AB", "discord:998877/5566", "console:local"
	User    string // the person to write to when the channel is closed to the bot: a Caller's ID; may be empty
	// ReplyTo is a platform's own address for this very ask, which works for some minutes; may be empty. Whoever has
	// it may speak in Ringside's name, so it is kept like a secret.
	ReplyTo secret.Value
}

// Invocation is one ask: who, where, what, and in which language.
type Invocation struct {
	Key      string // the platform's own id of this ask, the same on redelivery: "slack:trigger:…"
	Command  string // ScoreCommand or BattleCommand
	Text     string // the words after the command, as typed
	Caller   Caller
	Place    Place
	Language string // BCP 47; empty when the platform tells none
	Sheet    *Sheet // the rows that came with it; nil for none
}

// Sheet is a list of changes that a person handed in at once: pasted lines, or a file.
type Sheet struct {
	Name string // of the file, as a label; empty if the rows were typed or pasted
	Text []byte // as it came, at most MaxSheet bytes; a platform refuses more with TooLarge
}

// MaxSheet is how many bytes a Sheet may have.
const MaxSheet = 2 << 20

// Form is what a platform asks a person for when a command needs a Sheet that did not come with it. What is filled in
// comes back as an Invocation of the same command, text and place with the Sheet in it.
type Form struct {
	Title       string // at most 24 characters
	Label       string // of the field for pasted rows, at most 45 characters
	Placeholder string // what rows look like, at most 100 characters
	FileLabel   string // of the field for a file, where a platform has one; at most 45 characters
	Send        string // the word on the button, at most 24 characters
}

// Press is one press of a Button.
type Press struct {
	Key      string // the platform's own id of this press, the same on redelivery
	Button   string // the Button's ID
	Caller   Caller
	Place    Place
	Language string
}

// Query is what a person has typed so far into one option of a command that is not sent yet.
type Query struct {
	Command  string // ScoreCommand or BattleCommand
	Option   string // "battle" or "room"
	Typed    string // as far as it is typed; may be empty
	Battle   string // the battle option as it stands, while a room is typed; may be empty
	Caller   Caller
	Place    Place
	Language string
}

// Choice is one way to go on typing. It binds nobody: what is sent is checked again.
type Choice struct {
	Label string // for people: "final: pk-live1 1,340, pk-live2 1,250"
	Value string // what is put into the option
}

// Tone is how a Reply should feel; a platform may show it as a colour or a mark, never as the only sign.
type Tone string

// The tones.
const (
	ToneNeutral Tone = ""
	ToneGood    Tone = "good"    // all applied
	ToneWarn    Tone = "warning" // a question, or an unknown outcome
	ToneBad     Tone = "bad"     // refused or not applied
)

// Row is one line of a Reply, first things first: "applied  pk-live1  +100  now 1,340, leads by 90".
// Empty parts are left out.
type Row struct {
	Label   string // an outcome ("applied", "not applied", "unknown") or a short heading
	Subject string // a room, a battle, an operation
	Change  string // "+100", "= 500", "1,240 → 1,340"
	Detail  string // the rest of the line
}

// Style says how a Button should look.
type Style string

// The styles.
const (
	StylePlain   Style = ""
	StylePrimary Style = "primary"
	StyleDanger  Style = "danger"
)

// Button is a choice. ID is opaque, at most 64 characters of [a-z0-9], and all that a platform carries.
type Button struct {
	ID    string
	Label string
	Style Style
}

// Picture stands with a Reply. A platform that cannot show it shows Alt.
type Picture struct {
	Name string // of the file, such as "score.png"
	Alt  string // what the picture shows, in words
	PNG  []byte // at most 1 MB
}

// Document is a file that stands with a Reply. A platform that cannot deliver it says so in its place.
type Document struct {
	Name string // such as "outcomes-k7m2pq.csv"
	Text []byte // UTF-8, at most 4 MB
}

// Reply is an answer in words. All texts are plain: the platform escapes them.
type Reply struct {
	Tone     Tone
	Headline string
	Rows     []Row
	Notes    []string // paragraphs under the rows
	Examples []string // lines to type next, shown as code
	Buttons  []Button
	Footer   string    // small print: operation id, audit digits, request id
	Public   bool      // for the whole channel; otherwise for the caller alone
	Picture  *Picture  // nil for none
	Document *Document // nil for none
}

// Responder carries replies to where one ask or press came from. Its methods may be called at any time
// up to a minute or so after the ask, one at a time, and each waits at most a few seconds.
type Responder interface {
	// Progress shows a passing line, private to the caller; the next Answer or Amend takes its place.
	Progress(ctx context.Context, r Reply) error
	// Answer delivers r as a new message: to the channel if r.Public, else to the caller alone.
	Answer(ctx context.Context, r Reply) error
	// Amend puts r in the place of the question that was asked (or that the pressed button sits on);
	// where there is none it is a private Answer. Buttons of the question go.
	Amend(ctx context.Context, r Reply) error
}

// Message names a message that was delivered, in its platform's own way: "slack:T0123/C0AB/1712.0001". It may be kept.
// An empty Message stands for one that cannot be changed any more.
type Message string

// What can become of a message that Ringside wants to change or to post.
var (
	// ErrMessageGone says that somebody deleted the message.
	ErrMessageGone = errors.New("the message is gone")
	// ErrNotInvited says that the bot may not write in the channel.
	ErrNotInvited = errors.New("the bot may not write in this channel")
)

// Notifier delivers messages that nobody is waiting for (a restart notice, an approval request, a watched battle), and
// changes them later.
type Notifier interface {
	// Notify delivers r for all who read at the place: by its ReplyTo if that still lives, else in the channel,
	// else to the person directly. By its ReplyTo, a reply that is not Public, or a place without a channel, is for the
	// person alone; and not every platform can change later what went that way, so that whoever means to Revise leaves
	// it empty. The error wraps ErrNotInvited where the channel was closed to the bot and nothing else worked.
	Notify(ctx context.Context, to Place, r Reply) (Message, error)
	// Revise puts r in the place of a message that Notify delivered. The error is or wraps ErrMessageGone or ErrNotInvited
	// where that is so.
	Revise(ctx context.Context, m Message, r Reply) error
}

// Clock tells the time; a test sets it.
type Clock func() time.Time
