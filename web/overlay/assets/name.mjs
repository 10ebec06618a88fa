// A room's name, cut to the space there is: not at its end, where ids differ.

import { cut } from './words.mjs';

const LEAST = 1; // characters before the cut

export class Name {
  element = document.createElement('span');
  #signs = [];

  constructor() {
    this.element.className = 'name';
    this.element.setAttribute('aria-hidden', 'true'); // the whole name stands beside it
    new ResizeObserver(() => this.#fit()).observe(this.element);
  }

  call(name) {
    if (name === this.#signs.join('')) return;
    this.#signs = [...name];
    this.#fit();
  }

  // fit finds the longest text that has room.
  #fit() {
    if (this.#has(this.#signs.length)) return;
    let [low, high] = [LEAST, this.#signs.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (this.#has(middle)) low = middle;
      else high = middle - 1;
    }
    this.#has(low);
  }

  // has writes as many characters, and says whether there is room for them.
  #has(count) {
    this.element.textContent = cut(this.#signs, count);
    return this.element.scrollWidth <= this.element.clientWidth;
  }
}
