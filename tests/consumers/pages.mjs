// Pages of the html format in headless Chromium: nothing is requested, nothing runs, the structure holds under hostile text, filters
// work by keyboard, and axe-core finds nothing. Takes a folder of pages and the folder in which the two npm packages are installed.
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import assert from 'node:assert/strict';

const [folder, packages] = process.argv.slice(2);
const require = createRequire(join(packages, 'package.json'));
const { chromium } = require('playwright-core');
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

const server = createServer((request, response) => {
  response.setHeader('content-type', 'text/html');
  response.end(readFileSync(join(folder, request.url.slice(1))));
});
await new Promise((done) => server.listen(0, '127.0.0.1', done));
const origin = `http://127.0.0.1:${server.address().port}`;
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});

/** Opens a page; whatever it says, asks for or tries is in `troubles`. */
async function open(name, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const troubles = [];
  page.on('console', (message) => troubles.push(`console: ${message.text()}`));
  page.on('pageerror', (error) => troubles.push(`error: ${error}`));
  page.on('dialog', (dialog) => { troubles.push('dialog'); dialog.dismiss(); });
  page.on('request', (request) => {
    if (request.url() !== `${origin}/${name}` && request.url() !== 'data:,') troubles.push(`request: ${request.url()}`);
  });
  await page.goto(`${origin}/${name}`);
  return { page, troubles, close: () => context.close() };
}

const skeleton = (page) => page.evaluate(() => {
  const walk = (node) => [node.tagName, [...node.attributes].map((a) => `${a.name}=${a.value}`), [...node.children].map(walk)];
  return JSON.stringify(walk(document.body));
});

let checks = 0;
const check = async (what, test) => {
  try { await test(); checks += 1; } catch (error) { console.error(`failed: ${what}`); throw error; }
};

const pages = readdirSync(folder).filter((name) => name.endsWith('.html'));
assert.ok(pages.length > 10, `only ${pages.length} pages in ${folder}`);

for (const name of pages) {
  await check(`${name} asks for nothing and obeys nobody`, async () => {
    const { page, troubles, close } = await open(name);
    const found = await page.evaluate(() => ({
      scripts: document.querySelectorAll('script, iframe, object, embed, form, img, [style]').length,
      handlers: [...document.querySelectorAll('*')].filter((node) => [...node.attributes].some((a) => a.name.startsWith('on'))).length,
      outside: [...document.querySelectorAll('a')].filter((a) => !a.getAttribute('href').startsWith('#')).length,
      styled: getComputedStyle(document.querySelector('h1')).fontWeight,
      landmarks: ['header', 'main', 'footer'].map((tag) => document.querySelectorAll(`body > ${tag}`).length),
    }));
    assert.deepEqual(found, { scripts: 0, handlers: 0, outside: 0, styled: '650', landmarks: [1, 1, 1] });
    assert.deepEqual(troubles, []);
    // The law of the page holds: a script that is put into it does not run.
    const ran = await page.evaluate(() => {
      const script = document.createElement('script');
      script.textContent = 'window.ran = true';
      document.body.append(script);
      return window.ran === true;
    });
    assert.equal(ran, false);
    assert.match(troubles.join('\n'), /Content Security Policy/);
    await close();
  });
  if (['fleet.html', 'tame.html'].includes(name)) continue;
  for (const [colorScheme, width] of [['light', 1280], ['dark', 380]]) {
    await check(`${name} ${colorScheme} ${width}`, async () => {
      const { page, close } = await open(name, { colorScheme, viewport: { width, height: 900 } });
      const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      assert.equal(over, 0, 'it scrolls sideways');
      await page.evaluate(axe);
      const { violations } = await page.evaluate(() => window.axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'best-practice'] }));
      const told = violations.map((one) => `${one.id}: ${one.help}: ${one.nodes.slice(0, 3).map((node) => node.html.slice(0, 120))}`);
      assert.deepEqual(told, []);
      await close();
    });
  }
}

await check('hostile text changes no structure', async () => {
  const [hostile, tame] = [await open('nasty.html'), await open('tame.html')];
  assert.equal(await skeleton(hostile.page), await skeleton(tame.page));
  assert.ok((await hostile.page.innerText('body')).includes('<script>alert(1)</script></details></code>'));
  await hostile.close();
  await tame.close();
});

await check('filters work, by keyboard too', async () => {
  const { page, close } = await open('watched.html');
  const shown = () => page.evaluate(() => [...document.querySelectorAll('main section')].filter((one) => one.checkVisibility()).map((one) => one.id));
  const all = await shown();
  assert.deepEqual(all, ['security', 'findings', 'changes', 'failed', 'released', 'sync']);
  await page.focus('#show-all');
  const expected = {
    'show-security': ['security', 'findings', 'changes'],
    'show-change': ['findings', 'changes'],
    'show-failed': ['findings', 'failed'],
    'show-sync': ['sync'],
  };
  for (const [id, sections] of Object.entries(expected)) {
    await page.keyboard.press('ArrowRight');
    assert.equal(await page.evaluate(() => document.activeElement.id), id);
    assert.deepEqual(await shown(), sections, id);
  }
  assert.ok(await page.isVisible('#sync table'), 'the folded list opens with its filter');
  await page.keyboard.press('ArrowRight');
  assert.deepEqual(await shown(), all);
  await page.click('label[for=from-conflict]');
  assert.deepEqual(await shown(), ['security', 'findings', 'changes']);
  assert.equal(await page.evaluate(() => [...document.querySelectorAll('.changes tbody tr')].filter((row) => row.checkVisibility()).length), 1);
  await page.click('label[for=from-released]');
  assert.deepEqual(await shown(), ['released']);
  await close();
});

await check('a page is printed whole, without its filters', async () => {
  const { page, close } = await open('one.html');
  assert.equal(await page.isVisible('#sync table'), false);
  await page.emulateMedia({ media: 'print' });
  assert.equal(await page.isVisible('.filters'), false);
  assert.equal(await page.isVisible('#sync table'), true);
  assert.ok((await page.pdf()).length > 10_000);
  await close();
});

await browser.close();
server.close();
console.log(`${pages.length} pages, ${checks} checks passed`);
