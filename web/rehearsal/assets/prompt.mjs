// The line where commands are typed: with what was typed before, and with ways to go on.

import { put } from './live.mjs';

const WAIT = 120; // after a letter
const REMEMBERED = 100;

export class Prompt {
  #on;
  #past = [];
  #at = 0; // the place in the past; its length is the line that is being typed
  #draft = '';
  #timer;
  #choices = [];
  #chosen = -1;

  // on holds the elements form, input, list and slip, and the functions send(what, body), which returns what went
  // wrong, and suggest(text).
  constructor(on) {
    this.#on = on;
    on.form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#submit();
    });
    on.input.addEventListener('input', () => this.#typed());
    on.input.addEventListener('keydown', (event) => this.#key(event));
    on.input.addEventListener('blur', () => this.#offer([]));
    on.list.addEventListener('pointerdown', (event) => {
      event.preventDefault(); // the input keeps the focus
      const item = event.target.closest('[role="option"]');
      if (item) this.#accept(Number(item.dataset.place));
    });
  }

  focus() {
    this.#on.input.focus({ preventScroll: true });
  }

  fill(line) {
    this.#on.input.value = line;
    this.#offer([]);
    this.focus();
  }

  remember(line) {
    if (this.#past.at(-1) !== line) this.#past.push(line);
    if (this.#past.length > REMEMBERED) this.#past.shift();
    this.#at = this.#past.length;
  }

  // blame shows what went wrong; nothing takes it away.
  blame(text) {
    put(this.#on.slip, text);
  }

  async #submit() {
    const text = this.#on.input.value.trim();
    this.#offer([]);
    if (!text) return;
    this.#on.input.value = '';
    const wrong = await this.#on.send('say', { text });
    this.blame(wrong);
    if (wrong && !this.#on.input.value) this.#on.input.value = text;
  }

  #typed() {
    this.#at = this.#past.length;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#look(), WAIT);
  }

  async #look() {
    const { input } = this.#on;
    const text = input.value;
    if (!text.trim() || input.selectionStart !== text.length) {
      this.#offer([]);
      return;
    }
    const found = await this.#on.suggest(text);
    if (input.value !== text || document.activeElement !== input) return; // it was typed on meanwhile
    const word = lastWord(text);
    this.#offer(found.filter((choice) => choice.value !== word));
  }

  #offer(choices) {
    clearTimeout(this.#timer);
    const { input, list } = this.#on;
    this.#choices = choices;
    this.#chosen = -1;
    list.hidden = !choices.length;
    input.setAttribute('aria-expanded', String(Boolean(choices.length)));
    list.replaceChildren(...choices.map(({ label }, place) => {
      const item = document.createElement('li');
      item.setAttribute('role', 'option');
      item.id = `choice-${place}`;
      item.dataset.place = place;
      item.textContent = label;
      return item;
    }));
    this.#mark();
  }

  #mark() {
    const { input, list } = this.#on;
    [...list.children].forEach((item, place) => item.setAttribute('aria-selected', String(place === this.#chosen)));
    if (this.#chosen < 0) input.removeAttribute('aria-activedescendant');
    else input.setAttribute('aria-activedescendant', `choice-${this.#chosen}`);
  }

  #accept(place) {
    const { input } = this.#on;
    const { value } = this.#choices[Math.max(0, place)];
    input.value = input.value.slice(0, input.value.length - lastWord(input.value).length) + value + ' ';
    this.#offer([]);
    this.#typed();
  }

  #key(event) {
    const offered = this.#choices.length > 0;
    if (event.isComposing || event.shiftKey || event.ctrlKey || event.altKey || event.metaKey) return;
    const act = {
      ArrowUp: () => (offered ? this.#move(-1) : this.#recall(-1)),
      ArrowDown: () => (offered ? this.#move(1) : this.#recall(1)),
      Tab: offered && (() => this.#accept(this.#chosen)),
      Enter: this.#chosen >= 0 && (() => this.#accept(this.#chosen)),
      Escape: offered && (() => this.#offer([])),
    }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  }

  #move(by) {
    const count = this.#choices.length;
    this.#chosen = this.#chosen < 0 && by < 0 ? count - 1 : (this.#chosen + by + count) % count;
    this.#mark();
  }

  #recall(by) {
    const at = this.#at + by;
    if (at < 0 || at > this.#past.length) return;
    if (this.#at === this.#past.length) this.#draft = this.#on.input.value;
    this.#at = at;
    this.#on.input.value = this.#past[at] ?? this.#draft;
  }
}

function lastWord(text) {
  return /\S*$/.exec(text)[0];
}
