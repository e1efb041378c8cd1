import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeHome } from '../../../../../runner/connections/postgres/embedded/home.ts';

test('a home that cannot be created is named as that, with the reason and what to set', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'stockflow-home-'));
  t.after(() => rm(folder, { recursive: true }));
  const file = join(folder, 'a_file');
  await writeFile(file, '');
  await assert.rejects(
    makeHome(join(file, 'home')),
    /^EmbeddedPostgresError: STOCKFLOW_HOME \S*a_file\/home cannot be created \(ENOTDIR.*\)\. Set it to a folder that this user can write/,
  );
});

test('a home below a folder that answers as if it did not exist is refused, and not tried for ever', {
  skip: process.platform === 'linux' ? false : 'there is no /proc',
}, async () => {
  await assert.rejects(makeHome('/proc/none'), /\/proc\/none cannot be created \(ENOENT/);
});

test('a home is made with all the folders above it, also by two at once', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'stockflow-home-'));
  t.after(() => rm(folder, { recursive: true }));
  const home = join(folder, 'a/b/c');
  const [first, second] = await Promise.all([makeHome(home), makeHome(home)]);
  assert.equal(first, second);
});
