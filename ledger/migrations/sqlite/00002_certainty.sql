-- +goose Up
ALTER TABLE operations ADD COLUMN undoes      TEXT    NOT NULL DEFAULT ''; -- the operation this one compensates
ALTER TABLE operations ADD COLUMN reply_to    TEXT    NOT NULL DEFAULT ''; -- a secret; forgotten once it is of no more use
ALTER TABLE operations ADD COLUMN look_after  INTEGER NOT NULL DEFAULT 0;  -- when a read could show whether an unknown counted
ALTER TABLE operations ADD COLUMN news        INTEGER NOT NULL DEFAULT 0;  -- when there last was something to tell the asker
ALTER TABLE operations ADD COLUMN resolved_by TEXT    NOT NULL DEFAULT ''; -- the person who settled the last unknown
UPDATE operations SET news = settled WHERE settled <> 0;

DROP INDEX operations_untold;
CREATE INDEX operations_untold ON operations (news) WHERE told = 0 AND state IN ('settled', 'resolved');
CREATE INDEX operations_undoes ON operations (undoes) WHERE undoes <> '';
CREATE INDEX operations_reply ON operations (created) WHERE reply_to <> '';
CREATE INDEX operations_look ON operations (look_after) WHERE look_after <> 0;
CREATE INDEX operations_sets ON operations (battle, settled) WHERE kind = 'set';

-- Who has a battle to himself while he overwrites its scores.
CREATE TABLE holds (
  battle TEXT    PRIMARY KEY,
  owner  TEXT    NOT NULL, -- as in operations
  by     TEXT    NOT NULL,
  since  INTEGER NOT NULL,
  until  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The messages in which an operation's buttons were posted.
CREATE TABLE posts (
  op      TEXT NOT NULL REFERENCES operations (id),
  message TEXT NOT NULL,
  PRIMARY KEY (op, message)
) STRICT, WITHOUT ROWID;

-- +goose Down
DROP TABLE posts;
DROP TABLE holds;
DROP INDEX operations_sets;
DROP INDEX operations_look;
DROP INDEX operations_reply;
DROP INDEX operations_undoes;
DROP INDEX operations_untold;
ALTER TABLE operations DROP COLUMN resolved_by;
ALTER TABLE operations DROP COLUMN news;
ALTER TABLE operations DROP COLUMN look_after;
ALTER TABLE operations DROP COLUMN reply_to;
ALTER TABLE operations DROP COLUMN undoes;
CREATE INDEX operations_untold ON operations (settled) WHERE told = 0 AND state = 'settled';
