// Numbers that run to their new value. With reduced motion they are simply there.

const LASTS = 700;

export class Tween {
  #show;
  #from;
  #to;
  #shown;
  #begun = 0;
  #frame = 0;

  // show is called with every value on the way.
  constructor(show) {
    this.#show = show;
  }

  to(value) {
    if (value === this.#to) return;
    const known = this.#to !== undefined;
    this.#from = known ? this.#shown : value;
    this.#to = value;
    cancelAnimationFrame(this.#frame);
    if (!known || matchMedia('(prefers-reduced-motion: reduce)').matches) {
      this.#set(value);
      return;
    }
    this.#begun = performance.now();
    this.#step(this.#begun);
  }

  #step(at) {
    const part = Math.min(1, Math.max(0, (at - this.#begun) / LASTS));
    const eased = 1 - (1 - part) ** 3;
    this.#set(Math.round(this.#from + (this.#to - this.#from) * eased));
    if (part < 1) this.#frame = requestAnimationFrame((next) => this.#step(next));
  }

  #set(value) {
    this.#shown = value;
    this.#show(value);
  }
}
