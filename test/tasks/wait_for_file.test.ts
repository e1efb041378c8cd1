import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, beforeEach, test } from 'node:test';
import type { z } from 'zod';
import { DeferTask, FailTask, type Json } from '../../runner/task.ts';
import { type ContextOverrides, openTaskWorld, type TaskWorld } from '../../runner/testing.ts';
import { foundFileSchema } from '../../tasks/files/found_file.ts';
import waitForFile from '../../tasks/wait_for_file.ts';
import { testDatabase } from '../support/postgres/database.ts';

const { pool } = await testDatabase({ after }, { migrations: ['oms'] });

const FOLDER = 'sftp://retailpro/retailpro/outgoing';
const NAME = 'reset_inventory_20260310T030000Z.csv';
const TONIGHT = `${FOLDER}/${NAME}`;
const LAST_NIGHT = `${FOLDER}/reset_inventory_20260309T030000Z.csv`;
const ROWS = 'facilityId,idValue,availableQty\nS1,A1,5\n';
const OLD = Temporal.Instant.from('2026-03-10T03:10:00Z');
/** 05:00 in New York. */
const DEADLINE = Temporal.Instant.from('2026-03-10T09:00:00Z');
const PARAMS: z.input<typeof waitForFile.params> = {
  from: `${FOLDER}/reset_inventory_*.csv`,
  connection: 'oms',
  external_system_id: 'RETAIL_PRO',
};

beforeEach(async () => {
  await pool.query('truncate oms.inventory_sync_batch cascade');
});

async function world(now = '2026-03-10T05:00:00Z'): Promise<TaskWorld> {
  return openTaskWorld({ now, postgres: { oms: pool } });
}

async function look(at: TaskWorld, params = {}, overrides: ContextOverrides = {}) {
  return foundFileSchema.parse(await lookRaw(at, params, overrides));
}

function lookRaw(at: TaskWorld, params = {}, overrides: ContextOverrides = {}): Promise<Json | undefined> {
  return at.run(waitForFile, { ...PARAMS, ...params }, { attempt: { deadlineAt: DEADLINE }, ...overrides });
}

/** The reason of the deferral that the look ended in. */
async function deferral(at: TaskWorld, params = {}, overrides: ContextOverrides = {}): Promise<DeferTask> {
  const error: unknown = await lookRaw(at, params, overrides).then(
    () => assert.fail('a file was found'),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof DeferTask, `deferred and not ${error}`);
  return error;
}

async function applied(
  businessDate: string,
  snapshotAt: string,
  externalSystemId = 'RETAIL_PRO',
  kind = 'RESET',
  fileSha256: string | null = null,
) {
  await pool.query(
    `insert into oms.inventory_sync_batch (batch_id, kind, external_system_id, business_date, snapshot_at, file_sha256)
     values ($1, $2, $3, $4, $5, $6)`,
    [
      `${kind}-${externalSystemId}-${businessDate}`,
      kind,
      externalSystemId,
      businessDate,
      snapshotAt,
      fileSha256,
    ],
  );
}

function manifest(facts: Record<string, unknown> = {}): string {
  return JSON.stringify({
    sha256: 'a'.repeat(64),
    bytes: ROWS.length,
    rows: 1,
    snapshot_at: '2026-03-10T03:00:00Z',
    ...facts,
  });
}

test('a file with its manifest is taken at once, and the manifest handed on', async () => {
  await using at = await world();
  await at.files.put(TONIGHT, ROWS);
  await at.files.put(`${TONIGHT}.manifest.json`, manifest({ facilities: { S1: '2026-03-10T02:55:00Z' } }));
  const facilities = { S1: '2026-03-10T02:55:00Z' };
  assert.deepEqual(await lookRaw(at), {
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
  assert.match((await deferral(at)).message, /40 bytes, changed 0 s ago; it must stand still for 30 s/);
  at.clock.now = at.clock.now.add({ seconds: 29 });
  await deferral(at);
  at.clock.now = at.clock.now.add({ seconds: 1 });
  const found = await look(at);
  assert.equal(found.manifest, null);
  assert.deepEqual(found.facilities, {});
});

test('a file that grows between two looks is not taken, however old its mtime says it is', async () => {
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

test('a file whose time the server does not tell, or has still to come, is taken once it stood still before our eyes', async () => {
  await using at = await world();
  await at.files.put(TONIGHT, ROWS, at.clock.now.add({ hours: 4 }));
  assert.equal((await look(at, { stable_for: '1s' })).modified_at?.toString(), '2026-03-10T09:00:00Z');
  at.files.tellsTimes = false;
  assert.equal((await look(at, { stable_for: '1s' })).modified_at, null);
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
  assert.equal((await look(at, { stable_for: '0s' })).location, newer);
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
  assert.equal((await look(at, { stable_for: '0s' })).snapshot_at.toString(), '2026-03-09T05:00:00Z');
});

const SHA256 = createHash('sha256').update(ROWS).digest('hex');
const NEWER = `${FOLDER}/reset_inventory_20260310T041500Z.csv`;
const WORD = { wanted: true, reason: 'store 12 recounted' };

test('a night that is worked again finds its own file, with or without the word to supersede', async () => {
  await using at = await world('2026-03-12T15:00:00Z');
  await applied('2026-03-10', '2026-03-10T03:00:00Z', 'RETAIL_PRO', 'RESET', SHA256);
  await at.files.put(TONIGHT, ROWS, OLD);
  for (const supersede of [{}, WORD]) {
    const found = await look(at, { stable_for: '0s', supersede });
    assert.deepEqual([found.location, found.revision], [TONIGHT, 1]);
  }
  assert.deepEqual(at.events, []);
});

test('a newer file of a night that is applied is refused without a word, and both snapshots and the command are named', async () => {
  await using at = await world('2026-03-12T15:00:00Z');
  await applied('2026-03-10', '2026-03-10T03:00:00Z', 'RETAIL_PRO', 'RESET', SHA256);
  await at.files.put(TONIGHT, ROWS, OLD);
  await at.files.put(NEWER, ROWS.replace('5', '6'), OLD);
  const run = { params: { supersede: false, supersede_reason: '' } };
  await assert.rejects(
    lookRaw(at, { stable_for: '0s' }, { run, attempt: { deadlineAt: DEADLINE } }),
    (error) => {
      assert.ok(error instanceof FailTask);
      assert.match(
        error.message,
        /^2026-03-10: the night is applied from the snapshot 2026-03-10T03:00:00Z \(sha256 [0-9a-f]{12}\), and/,
      );
      assert.match(
        error.message,
        /reset_inventory_20260310T041500Z\.csv is another file, of the snapshot 2026-03-10T04:15:00Z/,
      );
      assert.match(
        error.message,
        /nothing was changed; to apply it on top: stockflow tasks clear 1 --task task_under_test --downstream --param supersede=true/,
      );
      return true;
    },
  );
});

test('told to, a run takes the newer file of its night as the next revision, and the reason is in the history', async () => {
  await using at = await world('2026-03-12T15:00:00Z');
  await applied('2026-03-10', '2026-03-10T03:00:00Z', 'RETAIL_PRO', 'RESET', SHA256);
  await at.files.put(NEWER, ROWS.replace('5', '6'), OLD);
  const found = await look(at, { stable_for: '0s', supersede: WORD });
  assert.deepEqual([found.location, found.revision], [NEWER, 2]);
  assert.equal(at.events.length, 1);
  assert.equal(at.events[0]?.action, 'night.superseded');
  assert.equal(at.events[0]?.reason, 'store 12 recounted');
});

test('a file older than the one applied supersedes nothing, whatever it is told', async () => {
  await using at = await world('2026-03-12T15:00:00Z');
  await applied('2026-03-10', '2026-03-10T04:15:00Z', 'RETAIL_PRO', 'RESET', SHA256);
  await at.files.put(TONIGHT, ROWS.replace('5', '6'), OLD);
  await assert.rejects(
    lookRaw(at, { stable_for: '0s', supersede: WORD }),
    /of the snapshot 2026-03-10T03:00:00Z .*: it is older, and does not supersede it$/,
  );
});

test('a word to supersede without a reason is refused, and so is a reason without the word', () => {
  for (const [supersede, path] of [
    [{ wanted: true }, 'reason'],
    [{ reason: 'because' }, 'wanted'],
  ] as const) {
    const { error } = waitForFile.params.safeParse({ ...PARAMS, supersede });
    assert.deepEqual(
      error?.issues.map((issue) => issue.path),
      [['supersede', path]],
    );
  }
});

test('an old night does not take a file of a later night', async () => {
  await using at = await world('2026-03-12T15:00:00Z');
  await at.files.put(`${FOLDER}/reset_inventory_20260311T030000Z.csv`, ROWS, OLD);
  await assert.rejects(
    lookRaw(at, { stable_for: '0s' }),
    /its snapshot 2026-03-11T03:00:00Z is after 2026-03-10T09:00:00Z, the latest for 2026-03-10T05:00:00Z/,
  );
});

test('an old night whose successor is applied is refused', async () => {
  await using at = await world('2026-03-12T15:00:00Z');
  await applied('2026-03-11', '2026-03-11T03:00:00Z');
  await at.files.put(TONIGHT, ROWS, OLD);
  await assert.rejects(
    lookRaw(at, { stable_for: '0s' }),
    /2026-03-10T03:00:00Z is not after .* 2026-03-11T03:00:00Z/,
  );
});

test('batches of another system, and variances, do not count as applied snapshots', async () => {
  await using at = await world();
  await applied('2026-03-09', '2026-03-10T04:00:00Z', 'OTHER_POS');
  await applied('2026-03-09', '2026-03-10T04:00:00Z', 'RETAIL_PRO', 'VARIANCE');
  await at.files.put(TONIGHT, ROWS, OLD);
  assert.equal((await look(at, { stable_for: '0s' })).location, TONIGHT);
});

test('while nothing is there it looks again after poll_interval, and at the deadline at the latest', async () => {
  await using at = await world('2026-03-10T08:59:00Z');
  assert.equal((await deferral(at)).until.toString(), '2026-03-10T08:59:30Z');
  assert.equal((await deferral(at, { poll_interval: '5m' })).until.toString(), '2026-03-10T09:00:00Z');
});

test('after the deadline it takes one look more, and a file that is there then is taken', async () => {
  await using at = await world('2026-03-10T11:00:00Z');
  await at.files.put(TONIGHT, ROWS, OLD);
  assert.equal((await look(at, { stable_for: '0s' })).location, TONIGHT);
});

test('with nothing there at the deadline it fails, and says what it saw', async () => {
  await using at = await world('2026-03-10T09:00:00Z');
  await assert.rejects(lookRaw(at), (error) => {
    assert.ok(error instanceof FailTask);
    assert.equal(
      error.message,
      `no file at ${PARAMS.from} for 2026-03-10: nothing is there; the deadline was 2026-03-10T09:00:00Z`,
    );
    return true;
  });
  await at.files.put(`${FOLDER}/reset_inventory_latest.csv`, ROWS, OLD);
  await at.files.put(TONIGHT, ROWS, at.clock.now);
  await assert.rejects(
    lookRaw(at),
    /Z.csv: 40 bytes, changed 0 s ago.*; reset_inventory_latest.csv: its name does not fit reset_inventory_\{snapshot_at\}.csv; the deadline was/,
  );
});

test('without a deadline it goes on waiting', async () => {
  await using at = await world('2026-03-11T00:00:00Z');
  const { until } = await deferral(at, {}, { attempt: { deadlineAt: null } });
  assert.equal(until.toString(), '2026-03-11T00:00:30Z');
});

test('a file shorter than its manifest says is not complete', async () => {
  await using at = await world();
  await at.files.put(TONIGHT, ROWS, OLD);
  await at.files.put(`${TONIGHT}.manifest.json`, manifest({ bytes: 1000 }));
  assert.match((await deferral(at)).message, /it has 40 bytes, and its manifest says 1000/);
});

test('a manifest that is still being written, or tells of another snapshot, is not acted on', async () => {
  await using at = await world();
  await at.files.put(TONIGHT, ROWS, OLD);
  await at.files.put(`${TONIGHT}.manifest.json`, manifest().slice(0, 30));
  assert.match((await deferral(at)).message, /manifest: not JSON/);
  await at.files.put(`${TONIGHT}.manifest.json`, manifest({ snapshot_at: '2026-03-09T03:00:00Z' }));
  assert.match(
    (await deferral(at)).message,
    /its snapshot is 2026-03-10T03:00:00Z by its name and 2026-03-09T03:00:00Z by its manifest/,
  );
});

test('a wait between two looks ends when the task is cancelled', async () => {
  await using at = await world();
  await at.files.put(TONIGHT, ROWS, OLD);
  const signal = AbortSignal.abort(new Error('cancelled'));
  await assert.rejects(lookRaw(at, {}, { signal }), { name: 'AbortError' });
});
