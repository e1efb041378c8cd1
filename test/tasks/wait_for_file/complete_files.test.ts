import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  applied,
  deferral,
  FOLDER,
  LAST_NIGHT,
  manifest,
  NAME,
  OLD,
  poll,
  pollRaw,
  ROWS,
  TONIGHT,
  world,
} from './poll.ts';

test('a file with its manifest is taken at once, and the manifest handed on', async () => {
  await using at = await world();
  await at.files.put(TONIGHT, ROWS);
  await at.files.put(`${TONIGHT}.manifest.json`, manifest({ facilities: { S1: '2026-03-10T02:55:00Z' } }));
  const facilities = { S1: '2026-03-10T02:55:00Z' };
  assert.deepEqual(await pollRaw(at), {
    location: TONIGHT,
    name: NAME,
    bytes: 40,
    modified_at: '2026-03-10T05:00:00Z',
    snapshot_at: '2026-03-10T03:00:00Z',
    facilities,
    manifest: { sha256: 'a'.repeat(64), bytes: 40, rows: 1, snapshot_at: '2026-03-10T03:00:00Z', facilities },
    revision: 1,
  });
});

test('without a manifest a file is taken once it has stood still', async () => {
  await using at = await world();
  await at.files.put(TONIGHT, ROWS, at.clock.now);
  assert.match((await deferral(at)).message, /40 bytes, changed 0 s ago; it must be unchanged for 30 s/);
  at.clock.now = at.clock.now.add({ seconds: 29 });
  await deferral(at);
  at.clock.now = at.clock.now.add({ seconds: 1 });
  const found = await poll(at);
  assert.equal(found.manifest, null);
  assert.deepEqual(found.facilities, {});
});

test('a file that grows between two checks is not taken, however old its mtime says it is', async () => {
  await using at = await world();
  await at.files.put(TONIGHT, ROWS, OLD);
  const listing = at.files.list.bind(at.files);
  at.files.list = async (pattern) => {
    const entries = await listing(pattern);
    await at.files.put(TONIGHT, `${ROWS}S2,A1,5\n`, OLD);
    return entries;
  };
  assert.match((await deferral(at, { stable_for: '1s' })).message, /still growing: 40 bytes, then 48/);
});

test('a file whose time is missing or in the future is taken once two checks find it unchanged', async () => {
  await using at = await world();
  await at.files.put(TONIGHT, ROWS, at.clock.now.add({ hours: 4 }));
  assert.equal((await poll(at, { stable_for: '1s' })).modified_at?.toString(), '2026-03-10T09:00:00Z');
  at.files.givesTimes = false;
  assert.equal((await poll(at, { stable_for: '1s' })).modified_at, null);
  const listing = at.files.list.bind(at.files);
  at.files.list = async (pattern) => {
    const entries = await listing(pattern);
    await at.files.put(TONIGHT, `${ROWS}S2,A1,5\n`);
    return entries;
  };
  assert.match((await deferral(at, { stable_for: '1s' })).message, /still growing: 40 bytes, then 48/);
});

test("where tonight's file lies there under a name or as a thing that cannot be used, it is named with why", async () => {
  await using at = await world();
  await at.files.put(`${FOLDER}/Reset_Inventory_20260310T030000Z.CSV`, ROWS, OLD);
  await at.files.put(`${FOLDER}/reset_inventory_20260310T030000Z.csv/inside`, ROWS, OLD);
  await at.files.put(`${FOLDER}/notes.txt`, ROWS, OLD);
  assert.equal(
    (await deferral(at)).message,
    `no file at ${FOLDER}/reset_inventory_*.csv for 2026-03-10: ` +
      'Reset_Inventory_20260310T030000Z.CSV: its capitals differ from reset_inventory_*.csv; ' +
      'reset_inventory_20260310T030000Z.csv: it is a folder',
  );
});

test('the file with the newest snapshot is taken', async () => {
  await using at = await world();
  const newer = `${FOLDER}/reset_inventory_20260310T040000Z.csv`;
  for (const location of [TONIGHT, newer]) await at.files.put(location, ROWS, OLD);
  assert.equal((await poll(at, { stable_for: '0s' })).location, newer);
});

test('the last file of the night before is not taken, with both snapshots named', async () => {
  await using at = await world();
  await applied('2026-03-09', '2026-03-09T23:00:00Z');
  await at.files.put(`${FOLDER}/reset_inventory_20260309T230000Z.csv`, ROWS, OLD);
  await at.files.put(LAST_NIGHT, ROWS, OLD);
  const { message } = await deferral(at, { stable_for: '0s' });
  assert.match(
    message,
    /T230000Z.csv: its snapshot 2026-03-09T23:00:00Z is not after the last applied snapshot 2026-03-09T23:00:00Z/,
  );
  assert.match(
    message,
    /20260309T030000Z.csv: its snapshot 2026-03-09T03:00:00Z is older than 2026-03-09T05:00:00Z, the oldest allowed/,
  );
});

test('a file exactly max_age old is taken, one a second older is not', async () => {
  await using at = await world();
  await at.files.put(`${FOLDER}/reset_inventory_20260309T045959Z.csv`, ROWS, OLD);
  await deferral(at, { stable_for: '0s' });
  await at.files.put(`${FOLDER}/reset_inventory_20260309T050000Z.csv`, ROWS, OLD);
  assert.equal((await poll(at, { stable_for: '0s' })).snapshot_at.toString(), '2026-03-09T05:00:00Z');
});
