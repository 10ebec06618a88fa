-- +goose Up
ALTER TABLE battles ADD COLUMN changed BIGINT NOT NULL DEFAULT 0; -- when this row was last written, by the writer's clock
CREATE INDEX battles_changed ON battles (changed);
CREATE INDEX operations_lately ON operations (battle, asker, send_by);

-- +goose Down
DROP INDEX operations_lately;
DROP INDEX battles_changed;
ALTER TABLE battles DROP COLUMN changed;
