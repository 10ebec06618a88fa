// Server-sent events that come back by themselves: after a lost connection, after a refusal, and after a silence that
// no living server keeps.

const FIRST_WAIT = 1000;
const LONGEST_WAIT = 10_000;

// follow listens to url. events names what is listened to, and each function takes the data; lost is called whenever
// the connection is gone. Silence is in milliseconds. stop ends it, also for ever; start begins it again.
export function follow(url, { silence, events, lost }) {
  let source;
  let timer;
  let failures = 0;

  function start() {
    stop();
    source = new EventSource(url);
    timer = setTimeout(again, silence);
    source.onerror = again;
    for (const [name, take] of Object.entries(events)) {
      source.addEventListener(name, (event) => {
        heard();
        take(JSON.parse(event.data));
      });
    }
  }

  function heard() {
    failures = 0;
    clearTimeout(timer);
    timer = setTimeout(again, silence);
  }

  function again() {
    stop();
    lost();
    const wait = Math.min(FIRST_WAIT * 2 ** failures++, LONGEST_WAIT);
    timer = setTimeout(start, wait * (0.8 + 0.4 * Math.random())); // not all viewers at once
  }

  function stop() {
    clearTimeout(timer);
    source?.close();
  }

  start();
  return { start, stop };
}

// put writes only what has changed.
export function put(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
