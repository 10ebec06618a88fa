-- +goose Up
ALTER TABLE operations ADD COLUMN bulk    TEXT    NOT NULL DEFAULT ''; -- the bulk that this one is a part of
ALTER TABLE operations ADD COLUMN part    INTEGER NOT NULL DEFAULT 0;  -- which part of it, from 1
ALTER TABLE operations ADD COLUMN message TEXT    NOT NULL DEFAULT ''; -- where the progress of a bulk is shown
CREATE UNIQUE INDEX operations_part ON operations (bulk, part) WHERE bulk <> '';
CREATE INDEX operations_bulks ON operations (created) WHERE state IN ('running', 'stopping');
DROP INDEX operations_untold;
CREATE INDEX operations_untold ON operations (news) WHERE told = 0 AND bulk = '' AND state IN ('settled', 'resolved');

-- The lines of a bulk, as they were confirmed. What became of them stands in the operations of its parts.
CREATE TABLE bulk_rows (
  bulk         TEXT    NOT NULL REFERENCES operations (id),
  line         INTEGER NOT NULL,
  part         INTEGER NOT NULL,
  kind         TEXT    NOT NULL,
  battle       TEXT    NOT NULL,
  alias        TEXT    NOT NULL,
  room         TEXT    NOT NULL,
  points       INTEGER NOT NULL,
  max_points   INTEGER NOT NULL,
  confirm_over INTEGER NOT NULL,
  approval_over INTEGER NOT NULL,
  shown        INTEGER,          -- the score at the preview
  leader       TEXT    NOT NULL, -- the room that the preview showed to lead afterwards
  PRIMARY KEY (bulk, line)
) STRICT, WITHOUT ROWID;

-- +goose Down
DROP TABLE bulk_rows;
DROP INDEX operations_untold;
CREATE INDEX operations_untold ON operations (news) WHERE told = 0 AND state IN ('settled', 'resolved');
DROP INDEX operations_bulks;
DROP INDEX operations_part;
ALTER TABLE operations DROP COLUMN message;
ALTER TABLE operations DROP COLUMN part;
ALTER TABLE operations DROP COLUMN bulk;
