// The overlay in a browser: node overlay.test.mjs OVERLAYS CONTROL, both started by browser_test.go.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { broken, keep, launch, open, order, pixels } from './harness.mjs';

const [overlays, control] = process.argv.slice(2);
const key = 'a-key-that-opens';
const MINUTE = 60_000;
const FULL = { width: 1920, height: 1080 };
const ULTRA = { width: 3840, height: 2160 };

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

const two = (a, b) => [{ name: 'pk-live1', score: a }, { name: 'pk-live2', score: b }];
const nine = [8120, 12940, 7300, 9985, 400, 12100, 3050, 0, 6600]
  .map((score, i) => ({ name: `pk-live${i + 1}`, score }));
const unscored = (rooms) => rooms.map(({ name }) => ({ name, score: 0 }));

// The states in which a broadcaster can see a battle; times are milliseconds from now.
const states = {
  waiting: (rooms) => ({ rooms: unscored(rooms) }),
  before: (rooms) => ({ rooms: unscored(rooms), read: 0, started: 59 * MINUTE, ends: 64 * MINUTE }),
  running: (rooms) => ({ rooms, started: -MINUTE, ends: 161_000, read: 0 }),
  old: (rooms) => ({ rooms, started: -MINUTE, ends: 161_000, read: -17_000 }),
  hurry: (rooms) => ({ rooms, started: -MINUTE, ends: 8_000, read: 0 }),
  closing: (rooms) => ({ rooms, started: -MINUTE, ends: -500, read: -1_000 }),
  won: (rooms) => ({ rooms, started: -MINUTE, ends: -500, read: 0, over: true }),
  tie: ([{ name: a }, { name: b }, ...others]) => ({
    rooms: [{ name: a, score: 20_000 }, { name: b, score: 20_000 }, ...others], ends: -500, read: 0, over: true,
  }),
};
const clocks = {
  waiting: /VS/, before: /5\d:/, running: /2:[34]/, old: /2:[34]/, hurry: /0:0/, closing: /0:00/, won: /FINAL/, tie: /TIE/,
};

const at = (battle, query = '') => `${overlays}/overlay/${encodeURIComponent(battle)}?key=${key}${query}`;
const show = (battle, view) => order(control, 'view', { battle, name: 'grand-final', ...view });
const text = (page, selector) => page.locator(selector).innerText();

// says waits until an element's text fits.
function says(page, selector, pattern) {
  return page.waitForFunction(
    ([where, source, flags]) => new RegExp(source, flags).test(document.querySelector(where)?.textContent ?? ''),
    [selector, pattern.source, pattern.flags],
  );
}

const scoreSays = (page, nth, words) => says(page, `.room:nth-child(${nth}) .score`, new RegExp(`^${words}$`));

function clean({ errors, violations, foreign }) {
  assert.deepEqual({ errors, violations, foreign }, { errors: [], violations: [], foreign: [] });
}

// boxes returns where the letters stand of everything that is to be read, once the picture is drawn. A line is higher
// than its letters: of its height a sixth above and below is air. What an element hides of its text is not there.
async function boxes(page) {
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  const read = '.name, .score, .time, .note, .title:not(.hushed), .rank, .caption, .tag';
  return page.evaluate((wanted) => [...document.querySelectorAll(wanted)]
    .filter((e) => e.textContent && e.getClientRects().length && getComputedStyle(e).visibility !== 'hidden')
    .map((e) => {
      const letters = document.createRange();
      letters.selectNodeContents(e);
      const [line, box] = [letters.getBoundingClientRect(), e.getBoundingClientRect()];
      const hides = getComputedStyle(e).overflow === 'hidden';
      return {
        what: `${e.className} ${e.textContent}`,
        left: hides ? Math.max(line.left, box.left) : line.left,
        right: hides ? Math.min(line.right, box.right) : line.right,
        top: line.top + line.height / 6,
        bottom: line.bottom - line.height / 6,
      };
    }), read);
}

// apart fails where something leaves the picture or covers something else.
function apart(all, { width, height }) {
  for (const b of all) {
    assert.ok(b.left >= 0 && b.top >= 0 && b.right <= width && b.bottom <= height, `${JSON.stringify(b)} is cut off`);
  }
  for (const [i, a] of all.entries()) {
    for (const b of all.slice(i + 1)) {
      const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const tall = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      assert.ok(wide <= 1 || tall <= 1, `${JSON.stringify(a)} and ${JSON.stringify(b)} lie over each other`);
    }
  }
}

for (const theme of ['dark', 'light', 'neon', 'minimal']) {
  for (const [count, rooms] of [[2, two(1340, 1280)], [9, nine]]) {
    test(`every state of ${count} rooms, ${theme}`, async () => {
      const battle = `${theme}-${count}`;
      const { page, seen, close } = await open(browser, at(battle, `&theme=${theme}`), { reducedMotion: 'reduce' });
      for (const [state, view] of Object.entries(states)) {
        await show(battle, view(rooms));
        await says(page, '.time', clocks[state]);
        await page.waitForFunction((n) => document.querySelectorAll('.room').length === n, count);
        apart(await boxes(page), FULL);
        assert.deepEqual(await broken(page), [], `${theme} ${state}`);
        await keep(page, `${theme}-${count}-${state}`);
      }
      clean(seen);
      await close();
    });
  }
}

for (const [name, size] of [['1080p', FULL], ['4K', ULTRA]]) {
  test(`fills ${name}, with nothing behind it`, async () => {
    await show('size', states.running(two(1340, 1280)));
    const { page, close } = await open(browser, at('size'), { size });
    await scoreSays(page, 1, '1,340');
    const score = page.locator('.room:nth-child(1) .score');
    const tall = await score.evaluate((e) => parseFloat(getComputedStyle(e).fontSize));
    assert.ok(tall >= size.height / 14, `a score of ${tall} px is not legible at a distance`);
    apart(await boxes(page), size);
    const [right, bottom] = [size.width - 1, size.height - 1];
    const corners = [[0, 0], [right, 0], [0, bottom], [right, bottom], [right >> 1, bottom >> 1]];
    const inside = [right >> 1, Math.round(bottom / 10)];
    const [board, ...rest] = (await pixels(page, [inside, ...corners])).map(([, , , alpha]) => alpha);
    assert.deepEqual(rest, [0, 0, 0, 0, 0]);
    assert.ok(board > 100, 'the board is as transparent as the rest');
    await keep(page, `size-${name}`);
    await close();
  });
}

test('an update comes without a reload, runs to the new score, and says the true one at once', async () => {
  await show('update', states.running(two(1000, 1280)));
  const { page, seen, close } = await open(browser, at('update'));
  await scoreSays(page, 1, '1,000');
  await page.evaluate(() => { globalThis.sameDocument = true; });
  await page.clock.install();
  await page.clock.pauseAt(Date.now() + MINUTE);
  await show('update', states.running(two(9000, 1280)));
  await says(page, '.room:nth-child(1) .hushed', /^pk-live1: 9,000$/);
  assert.equal(await text(page, '.room:nth-child(1) .score'), '1,000');
  await page.clock.runFor(200);
  const halfway = await text(page, '.room:nth-child(1) .score');
  assert.ok(halfway > '1,000' && halfway < '9,000', `the score jumped to ${halfway}`);
  await page.clock.runFor(600);
  assert.equal(await text(page, '.room:nth-child(1) .score'), '9,000');
  assert.equal(await page.evaluate(() => globalThis.sameDocument), true);
  assert.equal(await text(page, '.room:nth-child(1) .tag'), '+7,720');
  clean(seen);
  await close();
});

test('with reduced motion everything is simply there', async () => {
  await show('still', states.running(two(1000, 1280)));
  const { page, close } = await open(browser, at('still'), { reducedMotion: 'reduce' });
  await scoreSays(page, 1, '1,000');
  await page.evaluate(() => {
    globalThis.steps = [];
    const shown = document.querySelector('.room:nth-child(1) .score');
    new MutationObserver(() => globalThis.steps.push(shown.textContent)).observe(shown, { childList: true });
  });
  await show('still', states.hurry(two(9000, 1280)));
  await scoreSays(page, 1, '9,000');
  assert.deepEqual(await page.evaluate(() => globalThis.steps), ['9,000']);
  assert.equal(await page.evaluate(() => document.getAnimations().length), 0);
  await close();
});

test('the countdown runs, also where the clock of the machine is wrong', async () => {
  await show('clock', { ...states.running(two(1, 2)), read: MINUTE }); // so that they do not grow old meanwhile
  const before = () => {
    const real = Date.now;
    Date.now = () => real() + 3_600_000;
  };
  const { page, close } = await open(browser, at('clock'), { before });
  await says(page, '.time', /^2:[34]\d$/);
  const begun = await text(page, '.time');
  await page.waitForFunction((was) => document.querySelector('.time').textContent !== was, begun);
  assert.match(await text(page, '.time'), /^2:[34]\d$/);
  assert.equal(await text(page, '.note'), '');
  await close();
});

// lostLines are what the browser itself writes when a connection breaks.
const lostLines = /^Failed to load resource: net::ERR_/;

test('a connection that is cut off is taken up again', async () => {
  await show('cut', states.running(two(10, 20)));
  const { page, seen, close } = await open(browser, at('cut'));
  await scoreSays(page, 1, '10');
  await order(control, 'drop');
  await show('cut', states.running(two(30, 20)));
  await scoreSays(page, 1, '30');
  assert.equal(await page.locator('.board').getAttribute('data-link'), 'live');
  clean({ ...seen, errors: seen.errors.filter((line) => !lostLines.test(line)) });
  await close();
});

test('while the server is away the last scores stay, dimmed; after its restart the page goes on', async () => {
  await show('away', states.running(two(10, 20)));
  const { page, seen, close } = await open(browser, at('away'));
  await scoreSays(page, 2, '20');
  await order(control, 'stop');
  try {
    await says(page, '.note', /^reconnecting/);
    assert.equal(await text(page, '.room:nth-child(2) .score'), '20');
    assert.equal(await page.locator('.room:nth-child(2) .score').evaluate((e) => getComputedStyle(e).opacity), '0.6');
    assert.deepEqual(await broken(page), []);
    await keep(page, 'lost');
  } finally {
    await order(control, 'start');
  }
  await show('away', states.running(two(10, 40)));
  await scoreSays(page, 2, '40');
  await page.locator('.board[data-link="live"]').waitFor();
  clean({ ...seen, errors: seen.errors.filter((line) => !lostLines.test(line)) });
  await close();
});

test('an address that is withdrawn shows no scores any more', async () => {
  await show('withdrawn', states.running(two(10, 20)));
  const { page, close } = await open(browser, at('withdrawn'));
  await scoreSays(page, 2, '20');
  await order(control, 'revoke', { battle: 'withdrawn' });
  await order(control, 'drop');
  await says(page, '.note', /withdrawn/);
  assert.equal(await page.locator('.score:visible, .name:visible, .time:visible').count(), 0);
  assert.equal((await boxes(page)).length, 1);
  assert.deepEqual(await broken(page), []);
  await keep(page, 'refused');
  await close();
});

test('a wrong key opens nothing', async () => {
  const { page, reply, close } = await open(browser, `${overlays}/overlay/size?key=wrong`);
  assert.equal(reply.status(), 403);
  assert.doesNotMatch(await text(page, 'body'), /size|wrong/);
  await close();
});

test('a battle id with / + and = in it', async () => {
  const battle = 'aB+c/d//e==';
  await show(battle, states.running(two(7, 8)));
  const { page, seen, close } = await open(browser, at(battle));
  await scoreSays(page, 2, '8');
  clean(seen);
  await close();
});

test('the longest names and scores fit, in 2 and in 9 rooms', async () => {
  const long = (n) => `live_room_2026_spring_final_channel_number_${String(n).padStart(4, '0')}x`.slice(0, 48);
  for (const count of [2, 9]) {
    const rooms = Array.from({ length: count }, (_, i) => ({ name: long(i), score: 2_147_483_647 - i }));
    await show(`long-${count}`, { ...states.old(rooms), name: 'a-name-as-long-as-an-alias-can-be' });
    const { page, close } = await open(browser, at(`long-${count}`), { reducedMotion: 'reduce' });
    await says(page, '.room .score', /2,147,483,647/);
    apart(await boxes(page), FULL);
    for (const [i, name] of (await page.locator('.name').allTextContents()).entries()) {
      assert.match(name, new RegExp(`^live_r.*…000${i}x$`));
    }
    assert.equal(await page.locator('.room:nth-child(1) .hushed').textContent(), `${long(0)}: 2,147,483,647`);
    await keep(page, `long-${count}`);
    await show(`long-${count}`, { ...states.won(rooms) });
    await says(page, '.time', /FINAL/);
    apart(await boxes(page), FULL);
    await keep(page, `long-${count}-won`);
    await close();
  }
});

test('1 to 9 rooms, in the order of their scores', async () => {
  const { page, seen, close } = await open(browser, at('many'), { reducedMotion: 'reduce' });
  for (const count of [3, 1, 5, 2, 9]) {
    await show('many', states.running(nine.slice(0, count)));
    await page.waitForFunction((n) => document.querySelectorAll('.room').length === n, count);
    apart(await boxes(page), FULL);
  }
  const drawn = await page.evaluate(() => [...document.querySelectorAll('.room')]
    .sort((a, b) => a.getBoundingClientRect().top - b.getBoundingClientRect().top)
    .map((e) => e.querySelector('.name').textContent));
  assert.deepEqual(drawn, [...nine].sort((a, b) => b.score - a.score).map(({ name }) => name));
  clean(seen);
  await close();
});

test('labels, title, place and size are chosen in the address', async () => {
  await show('chosen', states.running(two(1, 2)));
  const query = '&names=Red+Team,%3Cb%3EBlue%3C/b%3E&title=Spring%20Cup&position=bottom-right&scale=.5&theme=NEON';
  const { page, seen, close } = await open(browser, at('chosen', query));
  await scoreSays(page, 2, '2');
  assert.deepEqual(await page.locator('.name').allTextContents(), ['Red Team', '<b>Blue</b>']);
  assert.equal(await text(page, '.title'), 'Spring Cup');
  assert.equal(await page.locator('html').getAttribute('data-theme'), 'neon');
  const box = await page.locator('.tug').boundingBox();
  assert.equal(Math.round(box.x + box.width), FULL.width - 54);
  assert.equal(Math.round(box.width), 740);
  clean(seen);
  await close();
});

test('nonsense in the address is as if it were not there', async () => {
  await show('nonsense', states.running(two(1, 2)));
  const query = '&theme=%22%3E&position=nowhere&scale=-1&names=&title=';
  const { page, seen, close } = await open(browser, at('nonsense', query));
  await scoreSays(page, 2, '2');
  assert.equal(await page.locator('html').getAttribute('data-theme'), 'dark');
  assert.deepEqual(await page.locator('.name').allTextContents(), ['pk-live1', 'pk-live2']);
  assert.equal(await page.locator('.title:not(.hushed)').count(), 0);
  clean(seen);
  await close();
});

const places = 'top-left top top-right left center right bottom-left bottom bottom-right';
for (const position of places.split(' ')) {
  test(`nine rooms at ${position}`, async () => {
    await show('place', states.old(nine));
    const { page, close } = await open(browser, at('place', `&position=${position}`), { reducedMotion: 'reduce' });
    await says(page, '.note', /as of/);
    apart(await boxes(page), FULL);
    const { x, y, width, height } = await page.locator('.board').boundingBox();
    const place = [
      y < 60 ? 'top' : y + height > FULL.height - 60 ? 'bottom' : '',
      x < 60 ? 'left' : x + width > FULL.width - 60 ? 'right' : '',
    ].filter(Boolean).join('-');
    assert.equal(place || 'center', position);
    await close();
  });
}
