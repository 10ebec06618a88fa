// The overlay's modules without a browser: node overlay.unit.mjs.

import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { ServerClock } from '../overlay/assets/clock.mjs';
import { readOptions } from '../overlay/assets/options.mjs';
import { clockOf, leaders, linkOf, noteOf, phaseOf } from '../overlay/assets/phase.mjs';
import { events, follow, waitAfter } from '../overlay/assets/stream.mjs';
import { age, countdown, cut, score } from '../overlay/assets/words.mjs';

const rooms = (...scores) => scores.map((points, i) => ({ name: `r${i}`, score: points }));

test('the server clock', () => {
  let local = 1000;
  const clock = new ServerClock(() => local);
  assert.ok(Number.isNaN(clock.now()), 'nothing was heard yet');
  clock.hear(50_000);
  assert.equal(clock.now(), 50_000);
  local += 10;
  clock.hear(49_000); // kept for a while before it was sent
  assert.equal(clock.now(), 50_010);
  clock.hear(50_200); // it came faster than the first
  assert.equal(clock.now(), 50_200);
  clock.reconnected();
  clock.hear(40_000); // another server, or one whose clock was set
  assert.equal(clock.now(), 40_000);
});

test('events in any pieces', () => {
  const whole = 'retry: 250\n\nevent: clock\ndata: 7\n\n: nothing\n\nevent: view\nid: 3\ndata: {"a": "b: c"}\n\n';
  for (const size of [1, 2, 7, whole.length]) {
    const heard = [];
    const line = { retry: 1000, failures: 4 };
    const take = events({ event: (...what) => heard.push(what) }, line);
    for (let i = 0; i < whole.length; i += size) take(whole.slice(i, i + size));
    assert.deepEqual(heard, [['clock', '7'], ['view', '{"a": "b: c"}']], `in pieces of ${size}`);
    assert.deepEqual(line, { retry: 250, failures: 0 });
  }
});

test('a greeting alone does not make a server well again', () => {
  const line = { retry: 1000, failures: 4 };
  events({ event: () => {} }, line)('event: clock\ndata: 7\n\n');
  assert.equal(line.failures, 4);
});

test('an event without an end is given up', () => {
  const take = events({ event: () => {} }, {});
  assert.throws(() => { for (;;) take('x'.repeat(1 << 16)); }, /without an end/);
});

test('waits grow, have a bound, and heed the server', () => {
  const between = (low, n, high) => assert.ok(n >= low && n <= high, `${n} is not between ${low} and ${high}`);
  between(800, waitAfter({ status: 0, retryAfter: 0 }, { retry: 1000, failures: 0 }), 1200);
  between(3200, waitAfter({ status: 0, retryAfter: 0 }, { retry: 1000, failures: 2 }), 4800);
  between(8000, waitAfter({ status: 0, retryAfter: 0 }, { retry: 1000, failures: 99 }), 12_000);
  between(16_000, waitAfter({ status: 503, retryAfter: 20_000 }, { retry: 1000, failures: 0 }), 24_000);
  assert.equal(waitAfter({ status: 403, retryAfter: 0 }, { retry: 1000, failures: 0 }), 30_000);
});

// settle lets everything that waits for nothing but its turn run.
const settle = () => new Promise((resolve) => setImmediate(resolve));

test('a connection that is silent is given up and taken up again', async () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  const calls = [];
  mock.method(globalThis, 'fetch', (url, { signal }) => {
    calls.push(signal);
    return Promise.resolve(new Response(new ReadableStream({
      start: (to) => signal.addEventListener('abort', () => to.error(new Error('aborted'))),
    })));
  });
  const said = [];
  follow('/events', { open: () => said.push('open'), lost: (status) => said.push(status), event() {} });
  await settle();
  mock.timers.tick(39_999);
  await settle();
  assert.deepEqual(said, ['open']);
  mock.timers.tick(1);
  for (let i = 0; i < 10; i++) await settle();
  assert.deepEqual(said, ['open', 200]);
  assert.ok(calls[0].aborted);
  mock.timers.tick(1200);
  for (let i = 0; i < 10; i++) await settle();
  assert.deepEqual(said, ['open', 200, 'open']);
  mock.timers.reset(); // follow never ends; without its timers nothing keeps the process
  mock.restoreAll();
});

test('phases', () => {
  const of = (view, now = 1000) => phaseOf(view, now);
  assert.equal(of(undefined), 'waiting');
  assert.equal(of({ rooms: [] }), 'waiting');
  assert.equal(of({ read: 900, started: 2000 }), 'before');
  assert.equal(of({ read: 900 }), 'running');
  assert.equal(of({ read: 900, ends: 1001 }), 'running');
  assert.equal(of({ read: 900, ends: 1000 }), 'closing');
  assert.equal(of({ read: 900, ends: 5000, over: true }), 'over');
});

test('who leads', () => {
  assert.deepEqual(leaders(rooms(5, 3)), [0]);
  assert.deepEqual(leaders(rooms(3, 5, 5)), [1, 2]);
  assert.deepEqual(leaders(rooms(0, 0)), []);
  assert.deepEqual(leaders(rooms()), []);
});

test('the clock says', () => {
  const says = (view, phase) => clockOf(view, phase, 1000).time;
  assert.equal(says(undefined, 'waiting'), 'VS');
  assert.equal(says({ started: 46_000 }, 'before'), '0:45');
  assert.equal(says({}, 'running'), 'VS');
  assert.equal(says({ ends: 62_001 }, 'running'), '1:02');
  assert.equal(says({}, 'closing'), '0:00');
  assert.equal(says({ rooms: rooms(2, 1) }, 'over'), 'FINAL');
  assert.equal(says({ rooms: rooms(2, 2) }, 'over'), 'TIE');
  assert.equal(says({ rooms: rooms(0, 0) }, 'over'), 'TIE');
  assert.equal(clockOf({ ends: 11_000 }, 'running', 1000).hurry, true);
  assert.equal(clockOf({ ends: 11_001 }, 'running', 1000).hurry, false);
});

test('the link', () => {
  assert.equal(linkOf({ up: true }, 0), 'live');
  assert.equal(linkOf({ up: false, status: 0, since: 0 }, 1499), 'live');
  assert.equal(linkOf({ up: false, status: 0, since: 0 }, 1500), 'lost');
  assert.equal(linkOf({ up: false, status: 403, since: 0 }, 0), 'refused');
});

test('the note', () => {
  const note = (view, phase, link = 'live') => noteOf(view, phase, link, 10_000);
  assert.equal(note(undefined, 'waiting'), 'waiting for the scores');
  assert.equal(note(undefined, 'waiting', 'lost'), 'connecting');
  assert.equal(note({ read: 5000 }, 'running'), '');
  assert.equal(note({ read: 3000 }, 'running'), 'as of 7 s ago');
  assert.equal(note({ read: 3000 }, 'running', 'lost'), 'reconnecting · as of 7 s ago');
  assert.equal(note({ read: 9000 }, 'closing'), 'waiting for the final scores');
  assert.equal(note({ read: 1, rooms: rooms(2, 1) }, 'over'), '');
  assert.equal(note({ read: 1, rooms: rooms(2, 2) }, 'over'), 'final score');
  assert.match(note({ read: 1 }, 'running', 'refused'), /withdrawn/);
});

test('words', () => {
  assert.equal(score(1234567), '1,234,567');
  const left = [0, 1, 1000, 59_001, 3_600_000, 3_661_000, -5];
  assert.deepEqual(left.map(countdown), ['0:00', '0:01', '0:01', '1:00', '1:00:00', '1:01:01', '0:00']);
  assert.deepEqual([7999, 60_000, 3_600_000].map(age), ['as of 7 s ago', 'as of 1 min ago', 'as of 1 h ago']);
  assert.equal(cut([...'pk-live1'], 8), 'pk-live1');
  assert.equal(cut([...'live_room_number_0001'], 12), 'live_ro…_0001');
  assert.equal(cut([...'live_room_number_0001'], 4), 'li…01');
  assert.equal(cut([...'live_room_number_0001'], 1), 'l…');
  assert.equal(cut([...'𝟘'.repeat(13)], 4), '𝟘𝟘…𝟘𝟘');
});

test('options', () => {
  const plain = readOptions('?key=a%2Bb');
  assert.deepEqual(plain, { theme: 'dark', position: undefined, scale: 1, names: [''], title: undefined, key: 'a+b' });
  const chosen = readOptions('?theme=Light&position=bottom&scale=99&names=Red,,Blue%20Team&title=');
  const names = ['Red', '', 'Blue Team'];
  assert.deepEqual(chosen, { theme: 'light', position: 'bottom', scale: 4, names, title: '', key: '' });
  assert.equal(readOptions('?scale=0.01').scale, 0.25);
  assert.equal(readOptions('?scale=nonsense').scale, 1);
  assert.equal(readOptions(`?title=${'x'.repeat(500)}`).title.length, 60);
});
