// The server's time, told from a clock that neither jumps nor is set wrong.

export class ServerClock {
  #monotonic;
  #offset = NaN;
  #fresh = true;

  constructor(monotonic = () => performance.now()) {
    this.#monotonic = monotonic;
  }

  // reconnected forgets what was heard at the next word: the machine may have slept meanwhile.
  reconnected() {
    this.#fresh = true;
  }

  // hear takes a time that the server told, in milliseconds. It was told before it came, never after: the latest
  // is the truest, and one that was kept for a while changes nothing.
  hear(now) {
    const offset = now - this.#monotonic();
    this.#offset = this.#fresh ? offset : Math.max(this.#offset, offset);
    this.#fresh = false;
  }

  // now is NaN before anything was heard.
  now() {
    return this.#monotonic() + this.#offset;
  }
}
