// The rehearsal room in a browser: node rehearsal.test.mjs ROOM CONTROL, both started by rehearsal_test.go.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { broken, keep, launch, open, order } from './harness.mjs';

const [place, control] = process.argv.slice(2);
const room = `${place}/rehearsal`;
const DESK = { width: 1440, height: 900 };
const PHONE = { width: 390, height: 844 };

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

const last = '#messages > li:last-child';

function says(page, selector, pattern) {
  return page.waitForFunction(
    ([where, source]) => new RegExp(source).test(document.querySelector(where)?.textContent ?? ''),
    [selector, pattern.source],
  );
}

function clean({ errors, violations, foreign }) {
  assert.deepEqual({ errors, violations, foreign }, { errors: [], violations: [], foreign: [] });
}

async function type(page, line) {
  await page.locator('#line').fill(line);
  await page.keyboard.press('Enter');
}

// start opens the room and waits until one can type.
async function start(options) {
  const opened = await open(browser, room, options);
  await opened.page.waitForFunction(() => document.activeElement.id === 'line');
  return opened;
}

const focused = (page) => page.evaluate(() => document.activeElement.id || document.activeElement.textContent);

const stage = (page) => page.frameLocator('#overlay');

async function overlaySays(page, nth, score) {
  await stage(page).locator(`.room:nth-child(${nth}) .score`, { hasText: new RegExp(`^${score}$`) }).waitFor();
}

test('a newcomer sees what this is, and the stream beside it', async () => {
  for (const colorScheme of ['dark', 'light']) {
    const { page, seen, close } = await start({ size: DESK, colorScheme, reducedMotion: 'reduce' });
    await overlaySays(page, 1, '1,240');
    await page.waitForSelector('#welcome:visible');
    assert.equal(await page.locator('.hints button').count(), 3);
    assert.equal(await focused(page), 'line');
    assert.deepEqual(await broken(page), []);
    await keep(page, `rehearsal-desk-${colorScheme}-first`);
    clean(seen);
    await close();
  }
});

test('a command typed by hand is answered, and the overlay moves', async () => {
  const { page, seen, close } = await start({ size: DESK });
  await page.keyboard.type('/battle-score demo add pk-live1 100');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Enter');
  await says(page, last, /applied\s+pk-live1\s+\+100\s+now 1,340, leads by 155/);
  await overlaySays(page, 1, '1,340');
  await says(page, '#told', /^applied pk-live1 \+100 now 1,340, leads by 155\. Choices: Again, Undo$/);
  assert.equal(await page.locator('#line').inputValue(), '');
  assert.equal(await page.locator(`${last} .who`).textContent(), 'Ringside, to the channel');
  clean(seen);
  await close();
});

test('a question is confirmed with the keyboard alone, and its buttons go', async () => {
  const { page, seen, close } = await start({ size: DESK });
  await page.getByRole('button', { name: '/battle-score demo set pk-live2 2000' }).click();
  assert.equal(await page.locator('#line').inputValue(), '/battle-score demo set pk-live2 2000');
  await page.keyboard.press('Enter');
  await says(page, last, /Set pk-live2 to 2,000 in demo\?/);
  assert.deepEqual(await broken(page), []);
  await keep(page, 'rehearsal-question');
  await page.keyboard.press('Shift+Tab');
  assert.equal(await focused(page), 'Cancel');
  await page.keyboard.press('Shift+Tab');
  assert.equal(await focused(page), 'Confirm');
  await page.keyboard.press('Enter');
  await says(page, last, /now 2,000, leads by 660/);
  await says(page, '#messages > li:nth-last-child(2)', /Confirmed: set pk-live2 to 2,000/);
  assert.equal(await page.locator('#messages > li:nth-last-child(2) button').count(), 0);
  assert.equal(await focused(page), 'line');
  await overlaySays(page, 2, '2,000');
  await says(page, '#told', /^applied pk-live1 = 2,000/);
  clean(seen);
  await close();
});

test('what was said is there for who comes later, in several pages alike', async () => {
  const first = await start({ size: DESK });
  const second = await start({ size: DESK });
  await second.page.waitForSelector('#messages > li');
  await type(first.page, '/battle help');
  await says(second.page, last, /What you can type here/);
  await second.page.locator(`${last} .rows button`).first().click();
  assert.equal(await second.page.locator('#line').inputValue(), '/battle-score demo add pk-live1 100');
  const count = await second.page.locator('#messages > li').count();
  assert.equal(await first.page.locator('#messages > li').count(), count);
  await first.close();
  await second.close();
});

test('words that are not understood lead on', async () => {
  const { page, close } = await start({ size: DESK });
  await type(page, '<img src=x onerror=alert(1)> hello');
  await says(page, last, /is not a command/);
  assert.equal(await page.locator('#messages img[src="x"]').count(), 0);
  await type(page, '/battle whatever');
  await says(page, last, /is not understood/);
  await page.locator(`${last} .example`).first().click();
  assert.equal(await page.locator('#line').inputValue(), '/battle-score demo add pk-live1 100');
  assert.equal(await focused(page), 'line');
  await close();
});

test('arrow up brings back what was typed', async () => {
  const { page, close } = await start({ size: DESK });
  await type(page, '/battle one');
  await says(page, last, /“one”/);
  await type(page, '/battle two');
  await says(page, last, /“two”/);
  await page.locator('#line').fill('draft');
  await page.keyboard.press('Escape');
  await page.keyboard.press('ArrowUp');
  assert.equal(await page.locator('#line').inputValue(), '/battle two');
  await page.keyboard.press('ArrowUp');
  assert.equal(await page.locator('#line').inputValue(), '/battle one');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  assert.equal(await page.locator('#line').inputValue(), 'draft');
  await close();
});

test('Tab completes only what is offered', async () => {
  const { page, close } = await start({ size: DESK });
  const line = page.locator('#line');
  await page.keyboard.type('/battle-s');
  await page.waitForSelector('#choices:visible');
  assert.equal(await line.getAttribute('aria-expanded'), 'true');
  await page.keyboard.press('Tab');
  assert.equal(await line.inputValue(), '/battle-score ');
  await says(page, '#choices', /^demo$/);
  await page.keyboard.press('Tab');
  await says(page, '#choices', /^addset$/);
  await page.keyboard.press('Tab');
  await says(page, '#choices', /^pk-live1pk-live2$/);
  assert.deepEqual(await broken(page), []);
  await keep(page, 'rehearsal-choices');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  assert.equal(await line.getAttribute('aria-activedescendant'), 'choice-1');
  await page.keyboard.press('Enter');
  assert.equal(await line.inputValue(), '/battle-score demo add pk-live2 ');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Tab');
  assert.equal(await focused(page), 'Send');
  await close();
});

test('a message that keeps itself up to date stays one, and is read out once', async () => {
  const { page, seen, close } = await start({ size: DESK, colorScheme: 'dark' });
  await type(page, '/battle watch demo');
  await says(page, '#messages', /This channel watches demo now\./);
  const shown = page.locator('#messages li', { hasText: 'demo: pk-live1 leads by 55' });
  const picture = shown.locator('img');
  await picture.waitFor();
  assert.ok(await picture.evaluate((img) => img.decode().then(() => img.naturalWidth === 480)));
  const before = await page.locator('#messages > li').count();
  const told = await page.locator('#told').textContent();
  await order(control, 'card', { score: 7777 });
  await shown.locator('text=7777').waitFor();
  assert.equal(await page.locator('#messages > li').count(), before);
  assert.equal(await page.locator('#told').textContent(), told);
  await keep(page, 'rehearsal-card');
  clean(seen);
  await close();
});

test('of a long answer the beginning is seen, of what comes then the end', async () => {
  const { page, close } = await start({ size: DESK });
  const inView = (nth) => page.waitForFunction((place) => {
    const box = document.querySelector('#log').getBoundingClientRect();
    const shown = document.querySelector(`#messages > li:nth-last-child(${place})`)?.getBoundingClientRect();
    return shown && shown.top >= box.top && shown.top < box.bottom && (place > 1 || shown.height > box.height || shown.bottom <= box.bottom);
  }, nth);
  await type(page, '/battle long');
  await says(page, last, /A long answer/);
  await inView(1);
  await type(page, '/battle help');
  await says(page, last, /What you can type here/);
  await inView(1);
  await close();
});

test('a slow command is told to be under way, then answered in the same place', async () => {
  const { page, close } = await start({ size: DESK });
  await page.waitForSelector('#messages > li');
  const before = await page.locator('#messages > li').count();
  await type(page, '/battle slow');
  await says(page, last, /Under way/);
  await order(control, 'release');
  await says(page, last, /It is done\./);
  assert.equal(await page.locator('#messages > li').count(), before + 2);
  await close();
});

for (const colorScheme of ['dark', 'light']) {
  test(`after a while, ${colorScheme}, on a desk and a phone`, async () => {
    for (const [name, size] of [['desk', DESK], ['phone', PHONE]]) {
      const { page, seen, close } = await start({ size, colorScheme, reducedMotion: 'reduce' });
      await overlaySays(page, 2, '2,000');
      await type(page, '/battle-score demo add pk-live1 100');
      await says(page, last, /applied/);
      await type(page, '/battle-score demo set pk-live2 2000');
      await says(page, last, /Confirm/);
      const [wide, window] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
      assert.ok(wide <= window, `the page is ${wide} wide in a window of ${window}`);
      const box = await page.locator('#overlay').boundingBox();
      const chat = await page.locator('#log').boundingBox();
      assert.ok(name === 'desk' ? box.x > chat.x + chat.width : box.y > chat.y + chat.height, 'the stage is not where it belongs');
      assert.ok(box.y + box.height <= size.height, 'the stage is cut off');
      assert.deepEqual(await broken(page), []);
      await keep(page, `rehearsal-${name}-${colorScheme}`);
      clean(seen);
      await close();
    }
  });
}

test('a dropped connection is told, what is typed is kept, and all comes back', async () => {
  const { page, close } = await start({ size: DESK });
  await page.waitForSelector('#messages > li');
  await order(control, 'stop');
  await says(page, '#link', /connection lost, reconnecting/);
  await type(page, '/battle help');
  await says(page, '#slip', /Ringside does not answer, so this has probably not arrived/);
  assert.equal(await page.locator('#line').inputValue(), '/battle help');
  assert.deepEqual(await broken(page), []);
  await keep(page, 'rehearsal-lost');
  await order(control, 'start'); // a new conversation
  await says(page, '#link', /^$/);
  await page.waitForSelector('#messages > li', { state: 'detached' });
  await page.locator('#line').press('Enter');
  await says(page, last, /What you can type here/);
  await says(page, '#slip', /^$/);
  await close();
});
