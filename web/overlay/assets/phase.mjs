// What a view means at a moment: which phase the battle is in, who leads, and what is said about it.

import { age, countdown } from './words.mjs';

const FRESH = 5000; // scores read within this many milliseconds need no age
const HURRY = 10_000;
const SAY_LOST = 1500; // a connection that comes back at once is not worth a word

// phaseOf returns 'waiting', 'before', 'running', 'closing' (time is up, the final scores are not known) or 'over'.
export function phaseOf(view, now) {
  if (!view?.read) return 'waiting';
  if (view.over) return 'over';
  if (view.started > now) return 'before';
  return view.ends && view.ends <= now ? 'closing' : 'running';
}

// leaders returns the places of those with the highest score; in a battle of nothing but zeros nobody leads.
export function leaders(rooms) {
  const top = Math.max(...rooms.map((room) => room.score));
  const all = rooms.map((_, i) => i).filter((i) => rooms[i].score === top);
  return top === 0 && all.length === rooms.length ? [] : all;
}

// isTie says whether nobody won alone.
export function isTie(rooms) {
  return leaders(rooms).length !== 1;
}

// clockOf returns what stands on the clock.
export function clockOf(view, phase, now) {
  switch (phase) {
    case 'over':
      return { time: isTie(view.rooms) ? 'TIE' : 'FINAL', caption: '', hurry: false };
    case 'before':
      return { time: countdown(view.started - now), caption: 'starts in', hurry: false };
    case 'closing':
      return { time: '0:00', caption: '', hurry: false };
  }
  if (!view?.ends || view.ends <= now) return { time: 'VS', caption: '', hurry: false };
  return { time: countdown(view.ends - now), caption: '', hurry: view.ends - now <= HURRY };
}

// linkOf returns 'live', 'lost' or 'refused'; link holds status, and since when it is down.
export function linkOf(link, at) {
  if (link.up) return 'live';
  if (link.status === 403) return 'refused';
  return at - link.since < SAY_LOST ? 'live' : 'lost';
}

// noteOf returns the line under the scores.
export function noteOf(view, phase, link, now) {
  if (link === 'refused') return 'This address was withdrawn. Ask whoever runs Ringside for a new one.';
  const said = [];
  if (link === 'lost') said.push(view ? 'reconnecting' : 'connecting');
  else if (phase === 'waiting') said.push('waiting for the scores');
  else if (phase === 'closing') said.push('waiting for the final scores');
  else if (phase === 'over' && isTie(view.rooms)) said.push('final score');
  if (view?.read && phase !== 'over' && now - view.read > FRESH) said.push(age(now - view.read));
  return said.join(' · ');
}
