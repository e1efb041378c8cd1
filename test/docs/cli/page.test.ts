import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { ROOT } from '../pages.ts';
import { cliPage } from './page.ts';

test('docs/cli.md is what the commands say of themselves; npm run docs writes it anew', async () => {
  assert.equal(readFileSync(path.join(ROOT, 'docs/cli.md'), 'utf8'), await cliPage());
});
