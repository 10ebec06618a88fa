-- +goose Up
ALTER TABLE battles ADD COLUMN duration INTEGER NOT NULL DEFAULT 0;  -- the planned one in milliseconds; 0 when not known
ALTER TABLE battles ADD COLUMN note     TEXT    NOT NULL DEFAULT ''; -- the free text it was created with
ALTER TABLE battles ADD COLUMN told     INTEGER NOT NULL DEFAULT 0;  -- all that told of it: a sum of sources
ALTER TABLE battles ADD COLUMN rooms_by INTEGER NOT NULL DEFAULT 0;  -- the source that the rooms are from
ALTER TABLE battles ADD COLUMN rooms_at INTEGER NOT NULL DEFAULT 0;  -- the moment of which it told them
ALTER TABLE battles ADD COLUMN final    TEXT    NOT NULL DEFAULT ''; -- the last scores as JSON; empty while they are not known
ALTER TABLE battles ADD COLUMN final_by INTEGER NOT NULL DEFAULT 0;
ALTER TABLE battles ADD COLUMN final_at INTEGER NOT NULL DEFAULT 0;
DROP INDEX battles_seen;
CREATE INDEX battles_running ON battles (seen) WHERE ended = 0;
CREATE INDEX battles_ended ON battles (ended) WHERE ended <> 0;

-- The messages that keep themselves up to date, one for each battle in a channel.
CREATE TABLE watches (
  channel TEXT    NOT NULL,
  battle  TEXT    NOT NULL,
  message TEXT    NOT NULL,
  by      TEXT    NOT NULL,
  at      INTEGER NOT NULL,
  PRIMARY KEY (channel, battle)
) STRICT, WITHOUT ROWID;

-- How often the key of a battle's overlay was made anew.
CREATE TABLE overlay_keys (
  battle     TEXT    PRIMARY KEY,
  generation INTEGER NOT NULL,
  at         INTEGER NOT NULL,
  by         TEXT    NOT NULL
) STRICT, WITHOUT ROWID;

-- What Ringside made up once and never shows.
CREATE TABLE secrets (
  name  TEXT PRIMARY KEY,
  value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- +goose Down
DROP TABLE secrets;
DROP TABLE overlay_keys;
DROP TABLE watches;
DROP INDEX battles_ended;
DROP INDEX battles_running;
CREATE INDEX battles_seen ON battles (seen);
ALTER TABLE battles DROP COLUMN final_at;
ALTER TABLE battles DROP COLUMN final_by;
ALTER TABLE battles DROP COLUMN final;
ALTER TABLE battles DROP COLUMN rooms_at;
ALTER TABLE battles DROP COLUMN rooms_by;
ALTER TABLE battles DROP COLUMN told;
ALTER TABLE battles DROP COLUMN note;
ALTER TABLE battles DROP COLUMN duration;
