-- +goose Up
-- Times are microseconds since 1970 in UTC; 0 stands for "not yet".

CREATE TABLE operations (
  rowid        BIGINT GENERATED ALWAYS AS IDENTITY UNIQUE, -- the order of writing, under SQLite's name for it
  id           TEXT   PRIMARY KEY,
  kind         TEXT   NOT NULL,
  battle       TEXT   NOT NULL,
  alias        TEXT   NOT NULL,
  asker        TEXT   NOT NULL,
  asker_name   TEXT   NOT NULL,
  channel      TEXT   NOT NULL,
  state        TEXT   NOT NULL,
  created      BIGINT NOT NULL,
  expires      BIGINT NOT NULL, -- a pending question's deadline
  owner        TEXT   NOT NULL, -- the process that sends it
  lease        BIGINT NOT NULL, -- until when that process is believed alive
  send_by      BIGINT NOT NULL,
  sends        BIGINT NOT NULL,
  settled      BIGINT NOT NULL,
  told         BIGINT NOT NULL, -- when the asker was answered
  confirmed_by TEXT   NOT NULL,
  source       TEXT   NOT NULL, -- the operation this one repeats
  digest       TEXT   NOT NULL, -- the first 16 digits of the settling event
  doc          TEXT   NOT NULL,
  undoes       TEXT   NOT NULL DEFAULT '', -- the operation this one compensates
  reply_to     TEXT   NOT NULL DEFAULT '', -- a secret; forgotten once it is of no more use
  look_after   BIGINT NOT NULL DEFAULT 0,  -- when a read could show whether an unknown counted
  news         BIGINT NOT NULL DEFAULT 0,  -- when there last was something to tell the asker
  resolved_by  TEXT   NOT NULL DEFAULT ''  -- the person who settled the last unknown
);
CREATE INDEX operations_asker ON operations (asker, channel, created);
CREATE INDEX operations_battle ON operations (battle, created);
CREATE INDEX operations_open ON operations (state, lease) WHERE state IN ('pending', 'intent');
CREATE INDEX operations_untold ON operations (news) WHERE told = 0 AND state IN ('settled', 'resolved');
CREATE INDEX operations_undoes ON operations (undoes) WHERE undoes <> '';
CREATE INDEX operations_reply ON operations (created) WHERE reply_to <> '';
CREATE INDEX operations_look ON operations (look_after) WHERE look_after <> 0;
CREATE INDEX operations_sets ON operations (battle, settled) WHERE kind = 'set';

CREATE TABLE op_rooms (
  op      TEXT   NOT NULL REFERENCES operations (id),
  n       BIGINT NOT NULL,
  battle  TEXT   NOT NULL,
  room    TEXT   NOT NULL,
  points  BIGINT NOT NULL,
  before  BIGINT,
  outcome TEXT   NOT NULL,
  reason  TEXT   NOT NULL,
  code    BIGINT NOT NULL,
  PRIMARY KEY (op, n)
);
CREATE INDEX op_rooms_unknown ON op_rooms (battle, room) WHERE outcome = 'unknown';

CREATE TABLE asks (
  key TEXT   PRIMARY KEY,
  op  TEXT   NOT NULL,
  at  BIGINT NOT NULL
);
CREATE INDEX asks_at ON asks (at);

CREATE TABLE buttons (
  id      TEXT   PRIMARY KEY,
  op      TEXT   NOT NULL REFERENCES operations (id),
  action  TEXT   NOT NULL,
  expires BIGINT NOT NULL,
  used    BIGINT NOT NULL
);
CREATE INDEX buttons_op ON buttons (op);
CREATE INDEX buttons_expires ON buttons (expires);

CREATE TABLE events (
  seq   BIGINT PRIMARY KEY,
  at    BIGINT NOT NULL,
  op    TEXT   NOT NULL,
  kind  TEXT   NOT NULL,
  actor TEXT   NOT NULL,
  body  TEXT   NOT NULL,
  hash  BYTEA  NOT NULL
);
CREATE INDEX events_op ON events (op, seq);

-- One row: the end of the chain of events. Every write of every process begins by locking it, so that no two writes
-- overlap and the chain has one end.
CREATE TABLE chain (
  id   INTEGER PRIMARY KEY CHECK (id = 1),
  seq  BIGINT  NOT NULL,
  hash BYTEA   NOT NULL
) WITH (fillfactor = 10);
INSERT INTO chain (id, seq, hash) VALUES (1, 0, '\x0000000000000000000000000000000000000000000000000000000000000000');

CREATE TABLE battles (
  id       TEXT   PRIMARY KEY,
  alias    TEXT   NOT NULL,
  rooms    TEXT   NOT NULL,
  started  BIGINT NOT NULL,
  ends     BIGINT NOT NULL,
  ended    BIGINT NOT NULL,
  seen     BIGINT NOT NULL,
  duration BIGINT NOT NULL DEFAULT 0,  -- the planned one in milliseconds; 0 when not known
  note     TEXT   NOT NULL DEFAULT '', -- the free text it was created with
  told     BIGINT NOT NULL DEFAULT 0,  -- all that told of it: a sum of sources
  rooms_by BIGINT NOT NULL DEFAULT 0,  -- the source that the rooms are from
  rooms_at BIGINT NOT NULL DEFAULT 0,  -- the moment of which it told them
  final    TEXT   NOT NULL DEFAULT '', -- the last scores as JSON; empty while they are not known
  final_by BIGINT NOT NULL DEFAULT 0,
  final_at BIGINT NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX battles_alias ON battles (alias) WHERE alias <> '' AND ended = 0;
CREATE INDEX battles_running ON battles (seen) WHERE ended = 0;
CREATE INDEX battles_ended ON battles (ended) WHERE ended <> 0;

-- Who has a battle to himself while he overwrites its scores.
CREATE TABLE holds (
  battle TEXT   PRIMARY KEY,
  owner  TEXT   NOT NULL, -- as in operations
  by     TEXT   NOT NULL,
  since  BIGINT NOT NULL,
  until  BIGINT NOT NULL
);

-- The messages in which an operation's buttons were posted.
CREATE TABLE posts (
  op      TEXT NOT NULL REFERENCES operations (id),
  message TEXT NOT NULL,
  PRIMARY KEY (op, message)
);

-- The messages that keep themselves up to date, one for each battle in a channel.
CREATE TABLE watches (
  channel TEXT   NOT NULL,
  battle  TEXT   NOT NULL,
  message TEXT   NOT NULL,
  by      TEXT   NOT NULL,
  at      BIGINT NOT NULL,
  PRIMARY KEY (channel, battle)
);

-- How often the key of a battle's overlay was made anew.
CREATE TABLE overlay_keys (
  battle     TEXT   PRIMARY KEY,
  generation BIGINT NOT NULL,
  at         BIGINT NOT NULL,
  by         TEXT   NOT NULL
);

-- What Ringside made up once and never shows.
CREATE TABLE secrets (
  name  TEXT  PRIMARY KEY,
  value BYTEA NOT NULL
);

-- One row, written to see whether the database takes writes.
CREATE TABLE health (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  at BIGINT  NOT NULL
);

-- What one process at a time may do, such as keep Discord's gateway open, until when by this server's clock.
CREATE TABLE terms (
  role  TEXT   PRIMARY KEY,
  owner TEXT   NOT NULL,
  fence BIGINT NOT NULL, -- grows with every new owner
  until BIGINT NOT NULL
);

-- Which processes share the ceiling, and when each was last heard of by this server's clock.
CREATE TABLE replicas (
  owner TEXT   PRIMARY KEY,
  seen  BIGINT NOT NULL,
  since BIGINT NOT NULL, -- when it was heard of again after a silence
  told  BIGINT NOT NULL  -- how many share the ceiling, as it was last told
);

-- When the next call of each command may leave, by this server's clock. It need not survive a crash: then all wait a
-- second.
CREATE UNLOGGED TABLE turns (
  command TEXT    PRIMARY KEY,
  next    BIGINT  NOT NULL,
  granted BOOLEAN NOT NULL -- what became of the last ask
) WITH (fillfactor = 10);

-- As SQLite's function of that name.
-- +goose StatementBegin
CREATE FUNCTION hex(bytes BYTEA) RETURNS TEXT IMMUTABLE LANGUAGE sql AS $$ SELECT upper(encode(bytes, 'hex')) $$;
-- +goose StatementEnd

-- What stands in a JSON object under a name, as text; null if the text is no JSON.
-- +goose StatementBegin
CREATE FUNCTION json_named(body TEXT, name TEXT) RETURNS TEXT IMMUTABLE LANGUAGE plpgsql AS $$
BEGIN
  RETURN body::JSONB ->> name;
EXCEPTION WHEN OTHERS THEN
  RETURN NULL;
END $$;
-- +goose StatementEnd

-- +goose Down
DROP FUNCTION json_named;
DROP FUNCTION hex;
DROP TABLE turns;
DROP TABLE replicas;
DROP TABLE terms;
DROP TABLE health;
DROP TABLE secrets;
DROP TABLE overlay_keys;
DROP TABLE watches;
DROP TABLE posts;
DROP TABLE holds;
DROP TABLE battles;
DROP TABLE chain;
DROP TABLE events;
DROP TABLE buttons;
DROP TABLE asks;
DROP TABLE op_rooms;
DROP TABLE operations;
