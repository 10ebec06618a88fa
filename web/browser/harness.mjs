// What every test of a page needs: a browser, a page that is watched, the rules of accessibility, pixels.

import { mkdir, readFile } from 'node:fs/promises';
import { chromium } from 'playwright-core';

const FLAGS = [
  '--no-sandbox', '--headless', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync',
];

export function launch() {
  return chromium.launch({ executablePath: process.env.CHROMIUM || '/usr/bin/chromium', args: FLAGS });
}

// open opens an address as OBS would, and keeps account of everything that should not happen on a page. size is
// { width, height }; more goes to the browser's context (reducedMotion: 'reduce'), and before runs in the page first.
export async function open(browser, address, { size = { width: 1920, height: 1080 }, before, ...more } = {}) {
  const context = await browser.newContext({ viewport: size, ...more });
  const page = await context.newPage();
  const seen = { errors: [], violations: [], foreign: [] };
  page.on('console', (message) => message.type() === 'error' && seen.errors.push(message.text()));
  page.on('pageerror', (error) => seen.errors.push(String(error)));
  page.on('request', (request) => {
    if (new URL(request.url()).origin !== new URL(address).origin) seen.foreign.push(request.url());
  });
  await page.exposeBinding('tellViolation', (_, what) => seen.violations.push(what));
  await page.addInitScript(() => addEventListener('securitypolicyviolation', (event) => {
    globalThis.tellViolation(`${event.violatedDirective} ${event.blockedURI}`);
  }));
  if (before) await page.addInitScript(before);
  const reply = await page.goto(address);
  return { page, seen, reply, close: () => context.close() };
}

// broken returns the rules of accessibility that a page breaks, in words.
export async function broken(page) {
  if (!await page.evaluate(() => 'axe' in globalThis)) {
    const source = await readFile(new URL('node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');
    await page.evaluate(source); // as the browser's debugger does it, which no policy of the page forbids
  }
  const result = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
  const where = (nodes) => nodes.map((node) => `${node.target} ${node.failureSummary ?? ''}`).join('; ');
  return result.violations.map(({ id, help, nodes }) => `${id}: ${help}: ${where(nodes)}`);
}

// pixels returns [red, green, blue, alpha] at each of the points of a picture of the page.
export async function pixels(page, points) {
  const png = await page.screenshot({ omitBackground: true });
  const blank = await page.context().newPage(); // without the page's policy
  try {
    return await blank.evaluate(async ({ data, at }) => {
      const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0));
      const picture = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
      const canvas = new OffscreenCanvas(picture.width, picture.height);
      const context = canvas.getContext('2d');
      context.drawImage(picture, 0, 0);
      return at.map(([x, y]) => [...context.getImageData(x, y, 1, 1).data]);
    }, { data: png.toString('base64'), at: points });
  } finally {
    await blank.close();
  }
}

// keep saves a picture of the page in the folder that SHOTS names, for people to look at.
export async function keep(page, name) {
  if (!process.env.SHOTS) return;
  await mkdir(process.env.SHOTS, { recursive: true });
  await page.screenshot({ path: `${process.env.SHOTS}/${name}.png`, omitBackground: true });
}

// order tells the Go side of a test what to do.
export async function order(control, what, body = {}) {
  const reply = await fetch(`${control}/${what}`, { method: 'POST', body: JSON.stringify(body) });
  if (!reply.ok) throw new Error(`${what}: ${reply.status} ${await reply.text()}`);
}
