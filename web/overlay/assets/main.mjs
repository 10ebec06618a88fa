// The overlay: it follows the battle that its own address names.

import { Board } from './board.mjs';
import { ServerClock } from './clock.mjs';
import { readOptions } from './options.mjs';
import { follow } from './stream.mjs';

const TICK = 100;

const options = readOptions(location.search);
const board = new Board(document.querySelector('.board'), options);
const clock = new ServerClock();
const link = { up: false, status: 0, since: performance.now() };

function hear(name, text) {
  const said = JSON.parse(text);
  if (name === 'clock') clock.hear(said);
  if (name !== 'view') return;
  clock.hear(said.now);
  board.show(said);
  tick();
}

function lost(status) {
  if (link.up) link.since = performance.now();
  Object.assign(link, { up: false, status });
  tick();
}

function open() {
  link.up = true;
  clock.reconnected();
}

function tick() {
  board.tick(clock.now(), link, performance.now());
}

tick();
setInterval(tick, TICK);
follow(`${location.pathname}/events?key=${encodeURIComponent(options.key)}`, { open, event: hear, lost });
