import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withoutBrowser as skip } from '../../../support/browser.ts';
import { paths, VIEWS, world, wrongWith } from './views.ts';

test('axe finds no violation of WCAG 2.2 AA on any page or form, light and dark, on a desk and on a phone, and none is wider than its screen', {
  skip,
}, async (t) => {
  const page = await world.open(t, '/');
  const wrong: string[] = [];
  for (const path of paths) wrong.push(...(await wrongWith(page, path, VIEWS)));
  assert.deepEqual(wrong, []);
});
