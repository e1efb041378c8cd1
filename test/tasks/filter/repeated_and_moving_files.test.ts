import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FailTask } from '../../../runner/task.ts';
import { openTaskWorld } from '../../../runner/testing.ts';
import {
  HEADER,
  LOCATION,
  pool,
  ROWS,
  refusal,
  run,
  runRaw,
  sha256,
  temporaryFolders,
} from './filter_world.ts';

async function appliedBefore(snapshotAt: string): Promise<void> {
  await pool.query(
    `insert into oms.inventory_sync_batch (batch_id, kind, external_system_id, business_date, file_sha256, snapshot_at)
     values ('b', 'RESET', 'RETAIL_PRO', '2026-03-09', $1, $2)`,
    [sha256(HEADER + ROWS), snapshotAt],
  );
}

async function booked(at: string, ...diffs: readonly number[]): Promise<void> {
  await pool.query('truncate oms.external_inventory_posting');
  for (const [index, diff] of diffs.entries()) {
    await pool.query(
      `insert into oms.external_inventory_posting (posting_id, posting_type, facility_id, product_id, quantity_diff, external_posted_at)
       values ($1, 'INVOICE', 'S1', 'P1', $2, $3)`,
      [`q${index}`, diff, at],
    );
  }
}

test('a day without movement: the bytes of the night before under a newer snapshot are applied, and the night says so', async () => {
  await appliedBefore('2026-03-09T03:00:00Z');
  // Booked before the first snapshot, after tonight's, or out and in again: none of it moves a count between the two.
  await booked('2026-03-09T02:00:00Z', -2);
  await using world = await openTaskWorld({ postgres: { oms: pool } });
  await run(world);
  assert.deepEqual(world.warnings, [
    'nothing moved since 2026-03-09T03:00:00Z, by the file: it is byte for byte the one applied for 2026-03-09',
  ]);
  for (const [at, ...diffs] of [
    ['2026-03-10T03:00:00.001Z', -2],
    ['2026-03-09T12:00:00Z', -2, 2],
  ] as const) {
    await booked(at, ...diffs);
    await run(world);
  }
});

test("last night's file under tonight's name is refused where something was booked since; a manifest is believed", async () => {
  await appliedBefore('2026-03-09T03:00:00Z');
  await booked('2026-03-10T03:00:00Z', -2, -1);
  assert.match(
    await refusal({}),
    /^the same file, sha256 [0-9a-f]{64}, was already applied for 2026-03-09, and -3 of P1 at S1 was booked after its snapshot/,
  );
  await using world = await openTaskWorld({ postgres: { oms: pool } });
  const content = HEADER + ROWS;
  await run(world, {
    manifest: {
      sha256: sha256(content),
      bytes: content.length,
      rows: 4,
      snapshot_at: '2026-03-10T03:00:00Z',
    },
  });
  assert.equal(world.warnings.length, 1);
  await booked('2026-03-10T03:00:00Z');
});

test('the same bytes under a snapshot that is not newer are refused', async () => {
  await appliedBefore('2026-03-10T03:00:00Z');
  assert.match(
    await refusal({}),
    /^the same file, sha256 [0-9a-f]{64}, was already applied for 2026-03-09, as of 2026-03-10T03:00:00Z$/,
  );
});

test('a file that moves while it is read is refused, and not tried again', async () => {
  await using world = await openTaskWorld({ postgres: { oms: pool } });
  const open = world.files.open.bind(world.files);
  world.files.open = async (location) => {
    const file = await open(location);
    if (location === LOCATION) await world.files.put(LOCATION, `${HEADER}${ROWS}S3,,A1,5\r\n`);
    return file;
  };
  await assert.rejects(runRaw(world), (error) => {
    assert.ok(error instanceof FailTask);
    assert.match(String(error), /changed while it was read/);
    return true;
  });
  assert.deepEqual(world.files.published, []);
});

test('a cancelled filter stops, publishes nothing and leaves no temporary file', async () => {
  await using world = await openTaskWorld({ postgres: { oms: pool } });
  const abort = new AbortController();
  const open = world.files.open.bind(world.files);
  world.files.open = async (location) => {
    const file = await open(location);
    if (location !== LOCATION) return file;
    return {
      ...file,
      async *chunks() {
        yield* file.chunks();
        abort.abort(new Error('cancelled'));
      },
    };
  };
  await assert.rejects(runRaw(world, { overrides: { signal: abort.signal } }), /cancelled/);
  assert.deepEqual(world.files.published, []);
  assert.deepEqual(await temporaryFolders(), []);
});

test('an output of more than 8 MB goes through a temporary file, comes out whole, and leaves none behind', async () => {
  await using world = await openTaskWorld({ postgres: { oms: pool } });
  const row = `S1,,A1,5,${'x'.repeat(990)}\n`;
  const rows = Array.from({ length: 10_000 }, (_, at) => row.replace('S1', `S${at}`));
  const content = `${HEADER.trimEnd()},comments\n${rows.join('')}`;
  const output = await run(world, { content });
  assert.equal(output.kept, 10_000);
  assert.equal(output.sha256, sha256(content));
  assert.deepEqual(await temporaryFolders(), []);
  assert.match(await refusal({ content: content.slice(0, -1) }), /^no newline at its end/);
});

test('a file that is whole and has lost the zeros of its ids is refused, in all and at one store of several', async () => {
  const ids = Array.from({ length: 10 }, (_, at) => `0010${at}0`);
  const active = `product_id,id_type,id_value\n${ids.map((id, at) => `P${at},SKU,${id}`).join('\n')}\n`;
  const rows = (store: string, of: (id: string) => string) =>
    ids.map((id) => `${store},,${of(id)},5\n`).join('');
  const good = HEADER + rows('S1', String) + rows('S2', String);
  await using world = await openTaskWorld({ postgres: { oms: pool } });
  const lastGood = (await runRaw(world, { content: good, active })) ?? null;
  const stripped = (id: string) => String(Number(id));
  const refusedBy = (content: string) => refusal({ content, active, lastGood });
  assert.match(
    await refusedBy(HEADER + rows('S1', stripped) + rows('S2', stripped)),
    /^none of the file's 20 rows is of an active product; at least 1 row is needed/,
  );
  assert.match(
    await refusedBy(HEADER + rows('S1', String) + rows('S2', stripped)),
    /^the file has 10 rows of active products, 50 % fewer than the 20 of the last good night; at most 20 % fewer is allowed \(guards\.max_coverage_drop\); the file has 10 active products with a count, 50 % fewer than the 20 .*; facility S2 has 0 active products with a count, 100 % fewer than the 10/,
  );
  const science = (id: string) =>
    id < '001030' ? Number(id).toExponential(2).toUpperCase().replace('E+', 'E+') : id;
  assert.match(
    await refusedBy(HEADER + rows('S1', String) + rows('S2', science)),
    /^facility S2 has 7 active products with a count, 30 % fewer than the 10 of the last good night/,
  );
  const eight = HEADER + rows('S1', String) + rows('S2', (id) => (id < '001020' ? stripped(id) : id));
  await run(world, { content: eight, active, lastGood });
});

test('active products of which the file has no count at any store are a warning of the night', async () => {
  await using world = await openTaskWorld({ postgres: { oms: pool } });
  const active = 'product_id,id_type,id_value\nP1,SKU,A1\nP2,SKU,A2\nP3,SKU,A3\n';
  await run(world, { active });
  assert.deepEqual(world.warnings, [
    '1 active product has no count in the file, at any store: A3; its count stays as it was',
  ]);
});

test('when no count can be read that is the one cause in the error, with the first values and the param that takes them', async () => {
  const said = await refusal({ content: `${HEADER}S1,,A1,10.0\nS1,,A2,3.00\n` });
  assert.match(
    said,
    /^none of the file's 2 rows of active products has a count that can be read; at least 1 is needed \(rejected/,
  );
  assert.match(
    said,
    /:2:\d+ bad_quantity "10\.0", .*:3:\d+ bad_quantity "3\.00"; quantity: decimal_zero takes 5\.0 and 12\.000\)/,
  );
  assert.doesNotMatch(said, /is of an active product/);
  await using world = await openTaskWorld({ postgres: { oms: pool } });
  const taken = await run(world, {
    content: `${HEADER}S1,,A1,10.0\nS1,,A2,3.00\n`,
    params: { quantity: 'decimal_zero' },
  });
  assert.equal(taken.kept, 2);
});
