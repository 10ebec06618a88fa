package ledger

import (
	"context"
	"fmt"
)

// Posted remembers the messages in which an operation's buttons were posted, so that they can be taken away later.
// They are forgotten with the buttons.
func (l *Ledger) Posted(ctx context.Context, op string, messages []string) error {
	return l.writer.do(ctx, func(t *tx) error {
		for _, m := range messages {
			if err := t.exec(`INSERT INTO posts (op, message) VALUES (?, ?) ON CONFLICT DO NOTHING`, op, m); err != nil {
				return fmt.Errorf("record a post: %w", err)
			}
		}
		return nil
	})
}

// Posts returns the messages in which an operation's buttons were posted.
func (l *Ledger) Posts(ctx context.Context, op string) ([]string, error) {
	return scanAllContext(ctx, l.readers, scanString, `SELECT message FROM posts WHERE op = ? ORDER BY message`, op)
}
