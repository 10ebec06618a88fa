-- +goose Up
-- Times are microseconds since 1970 in UTC; 0 stands for "not yet".

CREATE TABLE operations (
  id           TEXT    PRIMARY KEY,
  kind         TEXT    NOT NULL,
  battle       TEXT    NOT NULL,
  alias        TEXT    NOT NULL,
  asker        TEXT    NOT NULL,
  asker_name   TEXT    NOT NULL,
  channel      TEXT    NOT NULL,
  state        TEXT    NOT NULL,
  created      INTEGER NOT NULL,
  expires      INTEGER NOT NULL, -- a pending question's deadline
  owner        TEXT    NOT NULL, -- the process that sends it
  lease        INTEGER NOT NULL, -- until when that process is believed alive
  send_by      INTEGER NOT NULL,
  sends        INTEGER NOT NULL,
  settled      INTEGER NOT NULL,
  told         INTEGER NOT NULL, -- when the asker was answered
  confirmed_by TEXT    NOT NULL,
  source       TEXT    NOT NULL, -- the operation this one repeats
  digest       TEXT    NOT NULL, -- the first 16 digits of the settling event
  doc          TEXT    NOT NULL
) STRICT;
CREATE INDEX operations_asker ON operations (asker, channel, created);
CREATE INDEX operations_battle ON operations (battle, created);
CREATE INDEX operations_open ON operations (state, lease) WHERE state IN ('pending', 'intent');
CREATE INDEX operations_untold ON operations (settled) WHERE told = 0 AND state = 'settled';

CREATE TABLE op_rooms (
  op      TEXT    NOT NULL REFERENCES operations (id),
  n       INTEGER NOT NULL,
  battle  TEXT    NOT NULL,
  room    TEXT    NOT NULL,
  points  INTEGER NOT NULL,
  before  INTEGER,
  outcome TEXT    NOT NULL,
  reason  TEXT    NOT NULL,
  code    INTEGER NOT NULL,
  PRIMARY KEY (op, n)
) STRICT, WITHOUT ROWID;
CREATE INDEX op_rooms_unknown ON op_rooms (battle, room) WHERE outcome = 'unknown';

CREATE TABLE asks (
  key TEXT    PRIMARY KEY,
  op  TEXT    NOT NULL,
  at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX asks_at ON asks (at);

CREATE TABLE buttons (
  id      TEXT    PRIMARY KEY,
  op      TEXT    NOT NULL REFERENCES operations (id),
  action  TEXT    NOT NULL,
  expires INTEGER NOT NULL,
  used    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX buttons_op ON buttons (op);
CREATE INDEX buttons_expires ON buttons (expires);

CREATE TABLE events (
  seq   INTEGER PRIMARY KEY,
  at    INTEGER NOT NULL,
  op    TEXT    NOT NULL,
  kind  TEXT    NOT NULL,
  actor TEXT    NOT NULL,
  body  TEXT    NOT NULL,
  hash  BLOB    NOT NULL
) STRICT;
CREATE INDEX events_op ON events (op, seq);

CREATE TABLE battles (
  id       TEXT    PRIMARY KEY,
  alias    TEXT    NOT NULL,
  rooms    TEXT    NOT NULL,
  started  INTEGER NOT NULL,
  ends     INTEGER NOT NULL,
  ended    INTEGER NOT NULL,
  seen     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX battles_alias ON battles (alias) WHERE alias <> '' AND ended = 0;
CREATE INDEX battles_seen ON battles (seen);

-- One row, written to see whether the disk takes writes.
CREATE TABLE health (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  at INTEGER NOT NULL
) STRICT;

-- +goose Down
DROP TABLE health;
DROP TABLE battles;
DROP TABLE events;
DROP TABLE buttons;
DROP TABLE asks;
DROP TABLE op_rooms;
DROP TABLE operations;
