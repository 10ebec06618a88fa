// The dashboard in a browser: node dashboard.test.mjs PAGES CONTROL KEY, all from dashboard_test.go.

import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { broken, keep, launch, open, order } from './harness.mjs';

const [pages, control, key] = process.argv.slice(2);
const MINUTE = 60_000;
const DESK = { width: 1440, height: 900 };
const PHONE = { width: 390, height: 844 };

const busy = {
  battles: [
    {
      id: 'NzA5MzY0Mzk2ZDQxNGU1+/Ag==', name: 'grand-final', read: 0, ends: 2.7 * MINUTE, unknown: 0,
      rooms: [{ name: 'pk-live1', score: 13_400 }, { name: 'pk-live2', score: 12_510 }],
    },
    {
      id: 'MTQ0MTE1MjE4ODk5MjQ0+/Bw==', name: '', read: -21_000, ends: 12_000, unknown: 2,
      rooms: [{ name: 'pk-anna', score: 7_020 }, { name: 'pk-бета', score: 7_020 }, { name: 'pk-红队', score: 410 }],
    },
    { id: 'OTk5MTE1MjE4ODk5MjQ0+/Cw==', name: 'opener', unknown: 0, rooms: [{ name: 'pk-x', score: 0 }, { name: 'pk-y', score: 0 }] },
  ],
  operations: [
    { id: 'k3f9', at: -8_000, who: 'Ana', what: 'add 100 to pk-live1', outcome: 'applied', battle: 'grand-final' },
    { id: 'k3f8', at: -70_000, who: 'Ben', what: 'set pk-anna to 7,020', outcome: 'unknown', battle: 'MTQ0MTE1MjE4ODk5MjQ0+/Bw==' },
    { id: 'k3f7', at: -200_000, who: 'slack:T0123/user/U0456', what: 'add 50 to pk-live2 and 20 to pk-live1', outcome: 'not applied', battle: 'grand-final' },
    { id: 'k3f6', at: -4_000_000, who: 'Cam', what: 'set pk-live2 to 0', outcome: 'cancelled', battle: 'opener' },
  ],
};

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());
beforeEach(() => order(control, 'overview', busy));

const text = (page, selector) => page.locator(selector).innerText();

function says(page, selector, pattern) {
  return page.waitForFunction(
    ([where, source]) => new RegExp(source).test(document.querySelector(where)?.textContent ?? ''),
    [selector, pattern.source],
  );
}

// enter types a key where the page puts the focus.
async function enter(page, typed) {
  await page.waitForFunction(() => document.activeElement.id === 'key');
  await page.keyboard.type(typed);
  await page.keyboard.press('Enter');
}

// inside signs in; a minute takes five of them, so that each test of what is inside shares the one session.
let session;
async function inside(options = {}) {
  const opened = await open(browser, `${pages}/`, { size: DESK, ...options });
  const { page } = opened;
  if (session) {
    await page.context().addCookies(session);
    await page.reload();
  } else {
    await enter(page, key);
    await page.waitForSelector('#battles');
    session = await page.context().cookies();
  }
  await says(page, '#link', /^live$/);
  return opened;
}

function clean({ errors, violations, foreign }) {
  assert.deepEqual({ errors, violations, foreign }, { errors: [], violations: [], foreign: [] });
}

// fits fails where the page is wider than the window.
async function fits(page) {
  const [wide, window] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  assert.ok(wide <= window, `the page is ${wide} wide in a window of ${window}`);
}

test('the key opens, and nothing else', async () => {
  const { page, seen, close } = await open(browser, `${pages}/`, { size: DESK });
  assert.equal(await page.locator('#battles').count(), 0);
  assert.deepEqual(await broken(page), []);
  await keep(page, 'dashboard-enter');
  await enter(page, 'a wrong one');
  await says(page, '[role=alert]', /not the operator key/);
  assert.equal(await page.locator('#key').getAttribute('aria-invalid'), 'true');
  assert.deepEqual(await broken(page), []);
  await keep(page, 'dashboard-wrong');
  assert.ok(!page.url().includes('wrong'), 'the key stands in the address');
  await page.waitForFunction(() => document.activeElement.id === 'key');
  assert.deepEqual(seen.violations, []);
  await close();
  const { seen: later, page: second, close: end } = await inside();
  assert.ok(!second.url().includes(key), 'the key stands in the address');
  const [cookie] = await second.context().cookies();
  assert.ok(cookie.httpOnly && cookie.sameSite === 'Strict' && cookie.path === '/');
  clean(later);
  await end();
});

for (const colorScheme of ['light', 'dark']) {
  for (const [name, size] of [['desk', DESK], ['phone', PHONE]]) {
    test(`looks right on a ${name}, ${colorScheme}`, async () => {
      const { page, seen, close } = await inside({ size, colorScheme, reducedMotion: 'reduce' });
      await says(page, '#battles', /pk-live1 leads by 890/);
      assert.deepEqual(await broken(page), []);
      await fits(page);
      await keep(page, `dashboard-${name}-${colorScheme}`);
      await order(control, 'overview', {});
      await says(page, '#no-battles', /No battle runs/);
      await page.waitForSelector('#no-battles:visible');
      assert.deepEqual(await broken(page), []);
      await keep(page, `dashboard-${name}-${colorScheme}-empty`);
      clean(seen);
      await close();
    });
  }
}

test('follows what happens, without being loaded again', async () => {
  const { page, seen, close } = await inside();
  await says(page, '#battles', /pk-live1 leads by 890/);
  await page.evaluate(() => { globalThis.samePage = true; globalThis.row = document.querySelector('#battles tbody tr'); });
  const next = structuredClone(busy);
  next.battles[0].rooms[1].score = 14_000;
  next.battles.splice(1, 1);
  next.operations.unshift({ id: 'k3g0', at: 0, who: '<b>Eve</b>', what: 'add 1,490 to pk-live2', outcome: 'applied', battle: 'grand-final' });
  await order(control, 'overview', next);
  await says(page, '#battles', /pk-live2 leads by 600/);
  assert.equal(await page.locator('#battles tbody tr').count(), 2);
  assert.match(await text(page, '#operations tbody tr:first-child'), /<b>Eve<\/b>/);
  await says(page, '#news', /is over|pk-live2 now leads by 600/);
  assert.ok(await page.evaluate(() => globalThis.samePage && globalThis.row.isConnected), 'the row was made anew');
  clean(seen);
  await close();
});

test('an overview that cannot be read is said, and what was known stays', async () => {
  const { page, close } = await inside();
  await says(page, '#battles', /pk-live1 leads by 890/);
  await order(control, 'overview', { ...busy, fail: true });
  await says(page, '#notice', /The latest could not be read/);
  assert.match(await text(page, '#battles'), /13,400/);
  assert.deepEqual(await broken(page), []);
  await keep(page, 'dashboard-problem');
  await order(control, 'overview', busy);
  await page.waitForSelector('#notice', { state: 'hidden' });
  await close();
});

test('a dropped connection is told and comes back', async () => {
  const { page, close } = await inside();
  await order(control, 'drop');
  await says(page, '#news', /Connection lost. Reconnecting./);
  await says(page, '#link', /^live$/);
  await says(page, '#news', /Connected again./);
  await close();
});

test('everything can be done with the keyboard', async () => {
  const { page, close } = await inside();
  await page.locator('body').press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Sign out');
  const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
  assert.notEqual(outline, 'none');
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.activeElement.id === 'key');
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Sign in');
  session = undefined;
  await close();
});

test('works without scripts', async () => {
  const first = await inside();
  await says(first.page, '#battles', /pk-live1 leads by 890/);
  await first.close();
  const { page, close } = await open(browser, `${pages}/`, { size: DESK, javaScriptEnabled: false });
  await page.context().addCookies(session);
  await page.reload();
  assert.match(await text(page, '#battles'), /13,400/);
  await keep(page, 'dashboard-no-script');
  await page.getByRole('button', { name: 'Read again' }).click();
  assert.match(await text(page, '#battles'), /13,400/);
  await close();
});

test('a restart leads back to the form', async () => {
  const { page, close } = await inside();
  await order(control, 'stop');
  await says(page, '#link', /Connection lost, reconnecting. This is from \d\d:\d\d:\d\d UTC/);
  assert.deepEqual(await broken(page), []);
  await keep(page, 'dashboard-lost');
  await says(page, '#link', /[5-9] s ago/);
  await order(control, 'start'); // it knows no session any more
  await page.waitForSelector('#key');
  session = undefined;
  await close();
});
