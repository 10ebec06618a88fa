// The rehearsal room: a conversation that every open page shares, and the stream beside it.

import { follow, put } from './live.mjs';
import { Log } from './log.mjs';
import { Prompt } from './prompt.mjs';

const SILENCE = 40_000; // the server speaks every 15 s
const HIDDEN = 20_000; // a page that nobody sees gives its connections back after so long: a browser has six

const $ = (id) => document.getElementById(id);
const prompt = new Prompt({ form: $('prompt'), input: $('line'), list: $('choices'), slip: $('slip'), send, suggest });
const log = new Log({ box: $('log'), list: $('messages'), welcome: $('welcome'), told: $('told'), fill, press, said, leave });
let session;

function post(what, body) {
  return fetch(`/rehearsal/${what}`, {
    method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body),
  });
}

// send returns what went wrong, or nothing.
async function send(what, body) {
  try {
    const reply = await post(what, body);
    return reply.ok ? '' : await reply.text();
  } catch {
    return 'Ringside does not answer, so this has probably not arrived. Does it still run in its terminal?';
  }
}

async function suggest(text) {
  try {
    const reply = await post('suggest', { text });
    return reply.ok ? await reply.json() : [];
  } catch {
    return []; // the connection's state is told elsewhere
  }
}

async function press(button) {
  prompt.focus();
  prompt.blame(await send('press', { button }));
}

function fill(line) { prompt.fill(line); }
function said(line) { prompt.remember(line); }
function leave() { prompt.focus(); }

function begin(id) {
  if (session && session !== id) log.clear(); // Ringside was started anew
  session = id;
  put($('link'), '');
}

const live = follow('/rehearsal/events', {
  silence: SILENCE,
  events: { begin, messages: (news) => log.take(news), beat() {} },
  lost: () => put($('link'), 'connection lost, reconnecting'),
});

for (const hint of document.querySelectorAll('.hints button')) {
  hint.addEventListener('click', () => fill(hint.dataset.line));
}

const frame = $('overlay');
const screen = frame?.parentElement;
let pause;
document.addEventListener('visibilitychange', () => {
  clearTimeout(pause);
  if (document.hidden) {
    pause = setTimeout(() => {
      live.stop();
      frame?.remove();
      pause = undefined;
    }, HIDDEN);
    return;
  }
  if (pause) return;
  live.start();
  if (frame && !frame.isConnected) screen.append(frame);
});
