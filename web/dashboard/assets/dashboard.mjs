// Keeps the page up to date: every text that changes is put where it stands, and nothing is written as markup.

import { follow, put } from './live.mjs';

const SILENCE = 12_000; // the server speaks every second, and within four while it cannot read
const AGED = 5000; // a lost connection is told with an age after so long

const $ = (id) => document.getElementById(id);
const link = { up: false, heard: 0, at: $('at').textContent, first: true };

function battle(row, b) {
  row.toggleAttribute('data-old', b.old);
  row.toggleAttribute('data-open', b.open);
  fill(row, { name: b.name, id: b.id, lead: b.lead, left: b.left, read: b.read, unknown: b.unknown });
  list(row.querySelector('.rooms'), 'room', b.rooms, 'name', (item, r) => {
    fill(item, { room: r.name, score: r.score });
    item.querySelector('progress').value = r.part;
  });
}

function operation(row, o) {
  row.dataset.tone = o.tone;
  fill(row, { outcome: o.outcome, what: o.what, battle: o.battle, who: o.who, ago: o.ago, at: o.at, operation: o.id });
}

function fill(element, texts) {
  for (const [kind, text] of Object.entries(texts)) put(element.querySelector(`.${kind}`), text);
}

// list makes the children of parent those that are told, in their order, and keeps each that was there before.
function list(parent, kind, told, key, draw) {
  const before = new Map([...parent.children].map((child) => [child.dataset.key, child]));
  told.forEach((one, place) => {
    let child = before.get(one[key]);
    before.delete(one[key]);
    if (!child) {
      child = $(kind).content.firstElementChild.cloneNode(true);
      child.dataset.key = one[key];
    }
    draw(child, one);
    if (parent.children[place] !== child) parent.insertBefore(child, parent.children[place] ?? null);
  });
  for (const gone of before.values()) gone.remove();
}

function show(board) {
  list($('battles').tBodies[0], 'battle', board.battles, 'id', battle);
  list($('operations').tBodies[0], 'operation', board.operations, 'id', operation);
  $('battles').hidden = !board.battles.length;
  $('no-battles').hidden = Boolean(board.battles.length);
  $('operations').hidden = !board.operations.length;
  $('no-operations').hidden = Boolean(board.operations.length);
  told($('more'), board.more);
  told($('notice'), board.problem);
}

function told(element, text) {
  element.hidden = !text;
  put(element, text);
}

function hear(board) {
  if (!link.up && link.heard) say(['Connected again.']);
  if (!link.first) say(board.news);
  Object.assign(link, { up: true, first: false, heard: performance.now(), at: board.at });
  show(board);
  tick();
}

function lost() {
  if (link.up) say(['Connection lost. Reconnecting.']);
  Object.assign(link, { up: false, first: true });
  tick();
}

// out leads to the form for the key.
function out() {
  location.replace('/');
}

// say is heard by those who cannot see what changed.
function say(news) {
  if (news.length) put($('news'), news.join(' '));
}

// tick says how far the page can be trusted.
function tick() {
  const state = link.up ? 'live' : link.heard ? 'lost' : 'still';
  $('link').dataset.state = state;
  document.body.dataset.state = state;
  if (state === 'live') put($('link'), 'live');
  if (state !== 'lost') return;
  const age = performance.now() - link.heard;
  const old = age < AGED ? '' : `, ${Math.floor(age / 1000)} s ago`;
  put($('link'), `Connection lost, reconnecting. This is from ${link.at}${old}.`);
}

setInterval(tick, 1000);
follow('/dashboard/events', { silence: SILENCE, events: { board: hear, out }, lost });
