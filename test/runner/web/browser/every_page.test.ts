/** Checks every page and every form, each in one of its views; `every_page.long.ts` looks at all of them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ACTIONS } from '../../../../runner/web/actions/actions.ts';
import { PAGES } from '../../../../runner/web/pages/pages.ts';
import { violationsOf } from '../../../support/axe.ts';
import { withoutBrowser as skip } from '../../../support/browser.ts';
import { paths, VIEWS, world, wrongWith } from './views.ts';

test('the pages that are checked are all that there are', { skip }, () => {
  for (const { path } of [...PAGES, ...ACTIONS]) {
    const pattern = new RegExp(`^${path.replaceAll(/:\w+(\{[^}]*\})?/g, '[^/]+')}$`);
    assert.ok(
      paths.some((one) => pattern.test(one.replace(/\?.*/, ''))),
      `no path of ${path} is checked`,
    );
  }
});

test('axe finds no violation of WCAG 2.2 AA on any page or form, on a light desk or a dark phone in turn, and none is wider than its screen', {
  skip,
}, async (t) => {
  const page = await world.open(t, '/');
  const wrong: string[] = [];
  for (const [index, path] of paths.entries())
    wrong.push(...(await wrongWith(page, path, [VIEWS[index % 2 === 0 ? 0 : 2]])));
  assert.deepEqual(wrong, []);
  // The checks are at work: they find what is wrong.
  await page.evaluate(`document.querySelector('main').append(document.createElement('button'))`);
  assert.match(String(await violationsOf(page)), /^button-name, 1 times/);
});
