// The board: it shows a view as it stands at a moment.

import { clockOf, isTie, leaders, linkOf, noteOf, phaseOf } from './phase.mjs';
import { Room, put } from './room.mjs';
import { score } from './words.mjs';

const NARROWEST = 0.06; // of the bar between two: he who is far behind is still to be seen

export class Board {
  #root;
  #options;
  #rooms = [];
  #view;

  constructor(root, options) {
    this.#root = root;
    this.#options = options;
    const page = document.documentElement;
    page.dataset.theme = options.theme;
    if (options.position) page.dataset.position = options.position;
    page.style.setProperty('--scale', String(options.scale));
  }

  show(view) {
    this.#view = view;
    this.#seat(view.rooms.length);
    standings(view).forEach((room, i) => this.#rooms[i].draw({ ...room, name: this.#options.names[i] || room.name }));
    this.#root.toggleAttribute('data-won', Boolean(view.read && view.over) && !isTie(view.rooms));
    this.#root.dataset.digits = digitsOf(view.rooms);
    this.#root.style.setProperty('--pull', String(pullOf(view.rooms)));
  }

  // tick brings what depends on the time up to date: now is the server's, at the page's own.
  tick(now, link, at) {
    const phase = phaseOf(this.#view, now);
    const state = linkOf(link, at);
    const clock = clockOf(this.#view, phase, now);
    const data = this.#root.dataset;
    data.phase = phase;
    data.link = state;
    data.hurry = String(clock.hurry && state === 'live');
    this.#entitle(state === 'refused' ? '' : this.#options.title ?? this.#view?.name ?? '');
    put(this.#root.querySelector('.time'), clock.time);
    put(this.#root.querySelector('.caption'), clock.caption);
    put(this.#root.querySelector('.note'), noteOf(this.#view, phase, state, now));
  }

  // entitle names the board; a page has a heading also where none is to be seen.
  #entitle(title) {
    const heading = this.#root.querySelector('.title');
    heading.classList.toggle('hushed', title === '');
    put(heading, title || 'Scores');
  }

  // seat makes as many rooms as there are.
  #seat(count) {
    if (this.#rooms.length === count) return;
    this.#rooms = Array.from({ length: count }, (_, place) => new Room(place));
    this.#root.querySelector('.rooms').replaceChildren(...this.#rooms.map((room) => room.element));
    this.#root.dataset.layout = count === 2 ? 'duel' : 'tower';
    this.#root.style.setProperty('--count', String(count));
    document.documentElement.dataset.layout = this.#root.dataset.layout;
  }
}

// standings returns each room with its place among the others.
function standings({ rooms, read, over }) {
  const scores = rooms.map((room) => room.score).sort((a, b) => b - a);
  const top = read ? leaders(rooms) : [];
  const rows = rowsOf(rooms);
  return rooms.map((room, i) => {
    const alone = top.length === 1 && top[0] === i;
    return {
      ...room, known: Boolean(read), row: rows[i],
      part: Math.max(0, room.score) / Math.max(1, scores[0]),
      rank: top.length ? scores.indexOf(room.score) + 1 : '',
      lead: alone && rooms.length > 1 ? room.score - scores[1] : 0,
      won: alone && Boolean(over),
    };
  });
}

// rowsOf returns each room's row; equal scores keep the platform's order.
function rowsOf(rooms) {
  const order = rooms.map((_, i) => i).sort((a, b) => rooms[b].score - rooms[a].score || a - b);
  return rooms.map((_, i) => order.indexOf(i));
}

// digitsOf says how much space the longest score needs, so that all get the same size.
function digitsOf(rooms) {
  const longest = Math.max(0, ...rooms.map((room) => score(room.score).length));
  if (longest <= 7) return 'few';
  return longest <= 10 ? 'many' : 'most';
}

// pullOf returns how much of the bar between two belongs to the first.
function pullOf(rooms) {
  if (rooms.length !== 2) return 0.5;
  const sum = rooms[0].score + rooms[1].score;
  return sum > 0 ? Math.min(1 - NARROWEST, Math.max(NARROWEST, rooms[0].score / sum)) : 0.5;
}
