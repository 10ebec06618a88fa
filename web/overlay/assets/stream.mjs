// Server-sent events, read with fetch: unlike EventSource it tells a refusal from a lost connection, notices a
// connection that is dead without having been closed, and never gives up.

const SILENCE = 40_000; // the server speaks every 15 s
const LONGEST_WAIT = 10_000;
const REFUSED_WAIT = 30_000;
const LONGEST_EVENT = 1 << 20;

// follow reads url for ever. It calls on.open(), on.event(name, text) and on.lost(status), where status is that of
// the HTTP reply, or 0 for none.
export async function follow(url, on) {
  const line = { retry: 1000, failures: 0 };
  for (;;) {
    const reply = await listen(url, on, line);
    on.lost(reply.status);
    await pause(waitAfter(reply, line));
    line.failures++;
  }
}

// waitAfter spreads the viewers of a server that went away over time.
export function waitAfter(reply, line) {
  if (reply.status === 403) return REFUSED_WAIT;
  const growing = Math.min(line.retry * 2 ** line.failures, LONGEST_WAIT);
  return Math.max(growing, reply.retryAfter) * (0.8 + 0.4 * Math.random());
}

async function listen(url, on, line) {
  const stop = new AbortController();
  const watch = watchdog(() => stop.abort());
  const result = { status: 0, retryAfter: 0 };
  try {
    const reply = await fetch(url, { cache: 'no-store', signal: stop.signal });
    result.status = reply.status;
    result.retryAfter = 1000 * (Number(reply.headers.get('Retry-After')) || 0);
    if (reply.ok) {
      on.open();
      await read(reply.body, watch, events(on, line));
    }
  } catch {
    // The connection broke, or was silent for too long: follow says so and tries again.
  } finally {
    watch.end();
    stop.abort();
  }
  return result;
}

async function read(body, watch, take) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    watch.alive();
    take(value);
  }
}

// events returns a function that takes text in any pieces and hands on whole events.
export function events(on, line) {
  let rest = '';
  return (text) => {
    const blocks = (rest + text).split('\n\n');
    rest = blocks.pop();
    if (rest.length > LONGEST_EVENT) throw new Error('an event without an end');
    for (const block of blocks) hand(block, on, line);
  };
}

function hand(block, on, line) {
  const fields = { event: 'message' };
  for (const row of block.split('\n')) {
    const colon = row.indexOf(': ');
    if (colon > 0) fields[row.slice(0, colon)] = row.slice(colon + 2);
  }
  if (fields.retry) line.retry = Number(fields.retry) || line.retry;
  if (fields.data === undefined) return;
  if (fields.id) line.failures = 0; // news has an id; a greeting alone proves little
  on.event(fields.event, fields.data);
}

function watchdog(bark) {
  let timer;
  const alive = () => {
    clearTimeout(timer);
    timer = setTimeout(bark, SILENCE);
  };
  alive();
  return { alive, end: () => clearTimeout(timer) };
}

function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
