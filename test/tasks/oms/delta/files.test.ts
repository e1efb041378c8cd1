import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FailTask } from '../../../../runner/task.ts';
import { applyAll, applyOne, BEFORE, FOLDER, HEADER, type Line, list, posWorld, put } from './pos_world.ts';

test('a bad file changes nothing, is named with its reason, and is not offered again until it changes', async (t) => {
  const oms = await posWorld(t);
  const bad: readonly Line[] = [
    ['SKU-P1', -1, BEFORE],
    ['SKU-P1', 'one', BEFORE],
    ['SKU-NONE', -1, BEFORE],
  ];
  await put(oms, 'bad.csv', bad);
  const { files } = await list(oms);
  const before = await oms.onHand('S1', 'P1');
  await assert.rejects(applyOne(oms, files[0]), (error) => {
    assert.ok(error instanceof FailTask);
    assert.match(
      error.message,
      /^2 of 3 rows rejected, 66\.67 %; at most 20 % are allowed \(guards\.max_rejected\); line 3: bad quantity "one"; line 4: unknown product SKU SKU-NONE; it is set aside/,
    );
    return true;
  });
  assert.deepEqual(await oms.onHand('S1', 'P1'), before);
  const after = await list(oms);
  assert.deepEqual(after.files, []);
  assert.equal(after.set_aside_count, 1);
  assert.match(after.set_aside[0]?.reason ?? '', /2 of 3 rows rejected/);

  oms.tasks.clock.now = oms.tasks.clock.now.add({ minutes: 20 });
  await put(oms, 'bad.csv', [['SKU-P1', -1, BEFORE]]);
  const [fixed] = await applyAll(oms);
  assert.equal(fixed?.net_units, -1);
  assert.equal((await list(oms)).set_aside_count, 0);
});

test('cleared by an operator, a refused file is tried again though it did not change', async (t) => {
  const oms = await posWorld(t);
  await put(oms, 'early.csv', [['SKU-NEW', -1, BEFORE]]);
  const { files } = await list(oms);
  await assert.rejects(applyOne(oms, files[0]), FailTask);
  await oms.product('P9', 'SKU-NEW');
  const applied = await applyOne(oms, files[0], { attempt: { token: 'second' } });
  assert.equal(applied.net_units, -1);
  assert.equal((await list(oms)).set_aside_count, 0);
});

test('a file that is growing, cut or young waits; after an hour the cut one is listed and fails by name', async (t) => {
  const oms = await posWorld(t);
  const { files, clock } = oms.tasks;
  const old = clock.now.subtract({ minutes: 10 });
  await files.put(`${FOLDER}/cut.csv`, `${HEADER}\n001,SKU-P1,-1`, old);
  await files.put(`${FOLDER}/young.csv`, `${HEADER}\n`, clock.now.subtract({ seconds: 5 }));
  await files.put(`${FOLDER}/whole.csv`, `${HEADER}\n001,SKU-P1,-1,${BEFORE}\n`, old);
  const first = await list(oms, { stable_for: '30s' });
  assert.deepEqual(
    first.files.map(({ name }) => name),
    ['whole.csv'],
  );
  // The header is 23 characters and its line end.
  assert.deepEqual(first.waiting, [
    { name: 'cut.csv', why: 'its last line has no end: it was cut or is still being written' },
    { name: 'young.csv', why: '24 bytes, changed 5 s ago; it must be unchanged for 30 s' },
  ]);

  clock.now = clock.now.add({ hours: 1 });
  const later = await list(oms);
  const cut = later.files.find(({ name }) => name === 'cut.csv');
  await assert.rejects(applyOne(oms, cut), /line 2 has no line end; the file was cut.*; file: .*cut\.csv$/);
});

test('a manifest says when a file is whole, and must agree with it', async (t) => {
  const oms = await posWorld(t);
  const { files, clock } = oms.tasks;
  const content = `${HEADER}\n001,SKU-P1,-1,${BEFORE}\n`;
  const manifest = { sha256: 'a'.repeat(64), bytes: content.length, rows: 1 };
  // Young, but with a manifest.
  await files.put(`${FOLDER}/a.csv`, content, clock.now);
  await files.put(`${FOLDER}/a.csv.manifest.json`, JSON.stringify(manifest), clock.now);
  await files.put(`${FOLDER}/b.csv`, content, clock.now);
  await files.put(`${FOLDER}/b.csv.manifest.json`, JSON.stringify({ ...manifest, bytes: 1 }), clock.now);
  const { files: listed, waiting } = await list(oms);
  assert.deepEqual(
    listed.map(({ name }) => name),
    ['a.csv'],
  );
  assert.match(waiting[0]?.why ?? '', /it has \d+ bytes, and its manifest says 1/);
  await assert.rejects(
    applyOne(oms, listed[0]),
    /it is not what its manifest says: sha256 is a{64} in the manifest/,
  );
});

test('a file without a time on the server is listed once, and applied once', async (t) => {
  const oms = await posWorld(t);
  oms.tasks.files.givesTimes = false;
  await put(oms, 'untold.csv', [['SKU-P1', -1, BEFORE]]);
  await put(oms, 'untold.CSV', [['SKU-P1', -1, BEFORE]]);
  const { files, left_out: leftOut } = await list(oms, { stable_for: '1s' });
  assert.deepEqual(leftOut, ['untold.CSV: its capitals differ from *.csv']);
  assert.equal((await applyOne(oms, files[0])).net_units, -1);
  const after = await list(oms, { stable_for: '1s' });
  assert.deepEqual([after.files, after.done_count], [[], 1]);
});

test('more files than one run takes are left for the next, oldest first', async (t) => {
  const oms = await posWorld(t);
  for (const name of ['a.csv', 'b.csv', 'c.csv']) {
    await put(oms, name, [['SKU-P1', -1, BEFORE]]);
    oms.tasks.clock.now = oms.tasks.clock.now.add({ minutes: 1 });
  }
  const found = await list(oms, { max_files: 2 });
  assert.deepEqual(
    found.files.map(({ name }) => name),
    ['a.csv', 'b.csv'],
  );
  assert.equal(found.left_count, 1);
});
