-- A ledger as the first version of its tables left it.
BEGIN TRANSACTION;
CREATE TABLE asks (
  key TEXT    PRIMARY KEY,
  op  TEXT    NOT NULL,
  at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO "asks" VALUES('slack:trigger:asking','asking',1795464000000000);
INSERT INTO "asks" VALUES('slack:trigger:intent','intent',1795464000000000);
INSERT INTO "asks" VALUES('slack:trigger:swept0','swept0',1795464000000000);
INSERT INTO "asks" VALUES('slack:trigger:told00','told00',1795464000000000);
INSERT INTO "asks" VALUES('slack:trigger:unknwn','unknwn',1795464000000000);
INSERT INTO "asks" VALUES('slack:trigger:untold','untold',1795464000000000);
CREATE TABLE battles (
  id       TEXT    PRIMARY KEY,
  alias    TEXT    NOT NULL,
  rooms    TEXT    NOT NULL,
  started  INTEGER NOT NULL,
  ends     INTEGER NOT NULL,
  ended    INTEGER NOT NULL,
  seen     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO "battles" VALUES('b+/=','final','["pk-live1","pk-live2"]',1795460400000000,0,0,1795464000000000);
CREATE TABLE buttons (
  id      TEXT    PRIMARY KEY,
  op      TEXT    NOT NULL REFERENCES operations (id),
  action  TEXT    NOT NULL,
  expires INTEGER NOT NULL,
  used    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO "buttons" VALUES('again-intent','intent','again',1795464900000000,0);
INSERT INTO "buttons" VALUES('again-swept0','swept0','again',1795464900000000,0);
INSERT INTO "buttons" VALUES('again-told00','told00','again',1795464900000000,0);
INSERT INTO "buttons" VALUES('again-unknwn','unknwn','again',1795464900000000,0);
INSERT INTO "buttons" VALUES('again-untold','untold','again',1795464900000000,0);
INSERT INTO "buttons" VALUES('no-asking','asking','cancel',1795464060000000,0);
INSERT INTO "buttons" VALUES('no-cancel','cancel','cancel',1795464060000000,1795464001000000);
INSERT INTO "buttons" VALUES('yes-asking','asking','confirm',1795464060000000,0);
INSERT INTO "buttons" VALUES('yes-cancel','cancel','confirm',1795464060000000,1795464001000000);
CREATE TABLE events (
  seq   INTEGER PRIMARY KEY,
  at    INTEGER NOT NULL,
  op    TEXT    NOT NULL,
  kind  TEXT    NOT NULL,
  actor TEXT    NOT NULL,
  body  TEXT    NOT NULL,
  hash  BLOB    NOT NULL
) STRICT;
INSERT INTO "events" VALUES(1,1795464000000000,'','named','slack:T1/user/U1','{"alias":"final","battle":"b+/="}',X'CC81F177C7CE2D558F41579003DF22BE89AAD3EC34A805D98818F925C00C2078');
INSERT INTO "events" VALUES(2,1795464000000000,'told00','intent','slack:T1/user/U1','{"kind":"add","battle":"b+/=","rooms":[{"room":"pk-live1","points":100},{"room":"pk-live2","points":50}],"asker":"slack:T1/user/U1","channel":"slack:T1/C1","owner":"one","lease":"2026-11-23T20:00:15Z","send_by":"2026-11-23T20:00:05Z"}',X'05A5051C6C40B19CE102D2E3BB2CA779C7D8EFCD863DBB1EC115CB0E81E0DC9F');
INSERT INTO "events" VALUES(3,1795464001000000,'told00','settled','one','{"rooms":[{"room":"pk-live1","points":100,"outcome":"applied"},{"room":"pk-live2","points":50,"outcome":"applied"}],"call":{"written":true,"complete":true,"request_id":"Id-1"}}',X'449F13A3040C109630DD599A619872F7FFF38C032DDDB4F7B228867CF1568997');
INSERT INTO "events" VALUES(4,1795464000000000,'untold','intent','slack:T1/user/U1','{"kind":"add","battle":"b+/=","rooms":[{"room":"pk-live1","points":100},{"room":"pk-live2","points":50}],"asker":"slack:T1/user/U1","channel":"slack:T1/C1","owner":"one","lease":"2026-11-23T20:00:15Z","send_by":"2026-11-23T20:00:05Z"}',X'16A8C6D0C3508E65CD136CEAB288508387469FBAD9D2534491C54CD79B87D8EC');
INSERT INTO "events" VALUES(5,1795464003000000,'untold','settled','one','{"rooms":[{"room":"pk-live1","points":100,"outcome":"applied"},{"room":"pk-live2","points":50,"outcome":"applied"}],"call":{"written":true,"complete":true,"request_id":"Id-1"}}',X'DDD5407E54806A249DEFA1B0FE2F92B5165E7B831B968B5B8688BDBD29FEB9A3');
INSERT INTO "events" VALUES(6,1795464000000000,'unknwn','intent','slack:T1/user/U1','{"kind":"add","battle":"b+/=","rooms":[{"room":"pk-live1","points":100},{"room":"pk-live2","points":50}],"asker":"slack:T1/user/U1","channel":"slack:T1/C1","owner":"one","lease":"2026-11-23T20:00:15Z","send_by":"2026-11-23T20:00:05Z"}',X'A55E43C7E61668064B28337F65D4DB2ED2B73619153F8CD257BE93E616A242E6');
INSERT INTO "events" VALUES(7,1795464004000000,'unknwn','settled','one','{"rooms":[{"room":"pk-live1","points":100,"before":1100,"outcome":"applied"},{"room":"pk-live2","points":50,"before":1100,"outcome":"unknown","reason":"timeout"}],"call":{"written":true,"complete":true,"request_id":"Id-1"}}',X'90E6ED9D83DAB8CCDB3D372452799E640CC0D8805004714366774844F7FFDA0F');
INSERT INTO "events" VALUES(8,1795464000000000,'swept0','intent','slack:T1/user/U1','{"kind":"add","battle":"b+/=","rooms":[{"room":"pk-live1","points":100},{"room":"pk-live2","points":50}],"asker":"slack:T1/user/U1","channel":"slack:T1/C1","owner":"one","lease":"2026-11-23T20:00:05Z","send_by":"2026-11-23T20:00:05Z"}',X'0D649A8401E46536C70111FBE4281A54BBF6C0BC5389C09C95C31C50246A6BBB');
INSERT INTO "events" VALUES(9,1795464006000000,'swept0','swept','two','{"rooms":[{"room":"pk-live1","points":100,"outcome":"unknown","reason":"lease"},{"room":"pk-live2","points":50,"outcome":"unknown","reason":"lease"}],"call":{"written":false,"complete":false}}',X'2B1D7321A6E03BACBFC0B6E854D0406F7B582AF000934CA444DF7427659B1111');
INSERT INTO "events" VALUES(10,1795464000000000,'intent','intent','slack:T1/user/U1','{"kind":"add","battle":"b+/=","rooms":[{"room":"pk-live1","points":100},{"room":"pk-live2","points":50}],"asker":"slack:T1/user/U1","channel":"slack:T1/C1","owner":"one","lease":"2026-11-23T20:00:15Z","send_by":"2026-11-23T20:00:05Z"}',X'132CF3F1F0B2B50A8C85F42966FD274A99EE2A3AB94B821B692A0B4C92E9FCAE');
INSERT INTO "events" VALUES(11,1795464000000000,'asking','proposed','slack:T1/user/U1','{"kind":"set","battle":"b+/=","rooms":[{"room":"pk-live1","points":100},{"room":"pk-live2","points":50}],"asker":"slack:T1/user/U1","channel":"slack:T1/C1","shown":[{"room":"pk-live1","score":10},{"room":"pk-live2","score":20}],"expires":"2026-11-23T20:01:00Z"}',X'FC0D834D1AE7B0AE1322FD7181B4A489C8B7639BE91E6FBD2626B084CBD0BAAE');
INSERT INTO "events" VALUES(12,1795464000000000,'cancel','proposed','slack:T1/user/U1','{"kind":"add","battle":"b+/=","rooms":[{"room":"pk-live1","points":100},{"room":"pk-live2","points":50}],"asker":"slack:T1/user/U1","channel":"slack:T1/C1","shown":[{"room":"pk-live1","score":10},{"room":"pk-live2","score":20}],"expires":"2026-11-23T20:01:00Z"}',X'26C3EB566DEC5D24ECC7D6F8F549B0DED50E4BC0C164D4010CD533111794AFD3');
INSERT INTO "events" VALUES(13,1795464001000000,'cancel','cancelled','slack:T1/user/U1','{}',X'300CC6E717A6D70C21E741EC5950D2096228CD5FA8C9C2D3E3535CEBACE3B707');
CREATE TABLE goose_db_version (
		id INTEGER PRIMARY KEY AUTOINCREMENT,
		version_id INTEGER NOT NULL,
		is_applied INTEGER NOT NULL,
		tstamp TIMESTAMP DEFAULT (datetime('now'))
	);
INSERT INTO "goose_db_version" VALUES(1,0,1,'2026-11-23 20:00:00');
INSERT INTO "goose_db_version" VALUES(2,1,1,'2026-11-23 20:00:00');
CREATE TABLE health (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  at INTEGER NOT NULL
) STRICT;
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
INSERT INTO "op_rooms" VALUES('asking',0,'b+/=','pk-live1',100,NULL,'','',0);
INSERT INTO "op_rooms" VALUES('asking',1,'b+/=','pk-live2',50,NULL,'','',0);
INSERT INTO "op_rooms" VALUES('cancel',0,'b+/=','pk-live1',100,NULL,'','',0);
INSERT INTO "op_rooms" VALUES('cancel',1,'b+/=','pk-live2',50,NULL,'','',0);
INSERT INTO "op_rooms" VALUES('intent',0,'b+/=','pk-live1',100,NULL,'','',0);
INSERT INTO "op_rooms" VALUES('intent',1,'b+/=','pk-live2',50,NULL,'','',0);
INSERT INTO "op_rooms" VALUES('swept0',0,'b+/=','pk-live1',100,NULL,'unknown','lease',0);
INSERT INTO "op_rooms" VALUES('swept0',1,'b+/=','pk-live2',50,NULL,'unknown','lease',0);
INSERT INTO "op_rooms" VALUES('told00',0,'b+/=','pk-live1',100,NULL,'applied','',0);
INSERT INTO "op_rooms" VALUES('told00',1,'b+/=','pk-live2',50,NULL,'applied','',0);
INSERT INTO "op_rooms" VALUES('unknwn',0,'b+/=','pk-live1',100,1100,'applied','',0);
INSERT INTO "op_rooms" VALUES('unknwn',1,'b+/=','pk-live2',50,1100,'unknown','timeout',0);
INSERT INTO "op_rooms" VALUES('untold',0,'b+/=','pk-live1',100,NULL,'applied','',0);
INSERT INTO "op_rooms" VALUES('untold',1,'b+/=','pk-live2',50,NULL,'applied','',0);
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
INSERT INTO "operations" VALUES('told00','add','b+/=','final','slack:T1/user/U1','ana','slack:T1/C1','settled',1795464000000000,0,'one',1795464015000000,1795464005000000,1,1795464001000000,1795464002000000,'','','449f13a3040c1096','{"confirm_over":1000,"call":{"written":true,"complete":true,"request_id":"Id-1"}}');
INSERT INTO "operations" VALUES('untold','add','b+/=','final','slack:T1/user/U1','ana','slack:T1/C1','settled',1795464000000000,0,'one',1795464015000000,1795464005000000,1,1795464003000000,0,'','','ddd5407e54806a24','{"confirm_over":1000,"call":{"written":true,"complete":true,"request_id":"Id-1"}}');
INSERT INTO "operations" VALUES('unknwn','add','b+/=','final','slack:T1/user/U1','ana','slack:T1/C1','settled',1795464000000000,0,'one',1795464015000000,1795464005000000,1,1795464004000000,0,'','','90e6ed9d83dab8cc','{"confirm_over":1000,"call":{"written":true,"complete":true,"request_id":"Id-1"}}');
INSERT INTO "operations" VALUES('swept0','add','b+/=','final','slack:T1/user/U1','ana','slack:T1/C1','settled',1795464000000000,0,'one',1795464005000000,1795464005000000,1,1795464006000000,0,'','','2b1d7321a6e03bac','{"confirm_over":1000}');
INSERT INTO "operations" VALUES('intent','add','b+/=','final','slack:T1/user/U1','ana','slack:T1/C1','intent',1795464000000000,0,'one',1795464015000000,1795464005000000,1,0,0,'','','','{"confirm_over":1000}');
INSERT INTO "operations" VALUES('asking','set','b+/=','final','slack:T1/user/U1','ana','slack:T1/C1','pending',1795464000000000,1795464060000000,'',0,0,0,0,0,'','','','{"confirm_over":1000,"shown":[{"room":"pk-live1","score":10},{"room":"pk-live2","score":20}]}');
INSERT INTO "operations" VALUES('cancel','add','b+/=','final','slack:T1/user/U1','ana','slack:T1/C1','cancelled',1795464000000000,1795464060000000,'',0,0,0,0,0,'','','','{"confirm_over":1000,"shown":[{"room":"pk-live1","score":10},{"room":"pk-live2","score":20}]}');
CREATE INDEX operations_asker ON operations (asker, channel, created);
CREATE INDEX operations_battle ON operations (battle, created);
CREATE INDEX operations_open ON operations (state, lease) WHERE state IN ('pending', 'intent');
CREATE INDEX operations_untold ON operations (settled) WHERE told = 0 AND state = 'settled';
CREATE INDEX op_rooms_unknown ON op_rooms (battle, room) WHERE outcome = 'unknown';
CREATE INDEX asks_at ON asks (at);
CREATE INDEX buttons_op ON buttons (op);
CREATE INDEX buttons_expires ON buttons (expires);
CREATE INDEX events_op ON events (op, seq);
CREATE UNIQUE INDEX battles_alias ON battles (alias) WHERE alias <> '' AND ended = 0;
CREATE INDEX battles_seen ON battles (seen);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('goose_db_version',2);
COMMIT;
