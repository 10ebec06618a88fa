// One room on the board.

import { Name } from './name.mjs';
import { Tween } from './tween.mjs';
import { score } from './words.mjs';

export class Room {
  element = document.createElement('li');
  #name = new Name();
  #read = span('hushed');
  #shown = span('score');
  #rank = span('rank');
  #tag = span('tag');
  #tween = new Tween((n) => put(this.#shown, score(n)));

  constructor(place) {
    this.element.className = `room c${place % 9}`;
    this.#shown.setAttribute('aria-hidden', 'true'); // it runs; the true score stands beside it
    const bar = span('bar');
    for (const drawn of [bar, this.#rank, this.#tag]) drawn.setAttribute('aria-hidden', 'true');
    this.element.append(bar, this.#rank, this.#name.element, this.#tag, this.#read, this.#shown);
  }

  // draw shows a room. part is its share of the longest bar; row begins with 0; rank is '' while nobody leads; lead
  // is by how much it leads, alone.
  draw({ name, score: points, known, part, row, rank, lead, won }) {
    put(this.#read, known ? `${name}: ${score(points)}${won ? ', winner' : ''}` : `${name}: no score yet`);
    if (known) this.#tween.to(points);
    else put(this.#shown, '–');
    put(this.#rank, String(rank));
    put(this.#tag, tagOf(lead, won));
    this.element.toggleAttribute('data-won', won);
    this.#name.call(name);
    this.element.style.setProperty('--part', String(part));
    this.element.style.setProperty('--row', String(row));
  }
}

function tagOf(lead, won) {
  if (won) return 'WINNER';
  return lead > 0 ? `+${score(lead)}` : '';
}

function span(kind) {
  const made = document.createElement('span');
  made.className = kind;
  return made;
}

// put writes only what has changed.
export function put(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
