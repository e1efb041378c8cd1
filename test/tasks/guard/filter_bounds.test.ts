import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { z } from 'zod';
import type { Json } from '../../../runner/task.ts';
import { openTaskWorld } from '../../../runner/testing.ts';
import filter from '../../../tasks/filter.ts';
import { assertStopped } from '../../support/night/oms_untouched.ts';
import { testDatabase } from '../../support/postgres/database.ts';

const { pool } = await testDatabase({ after }, { migrations: ['oms'] });

const NAME = 'reset_inventory_20260310T030000Z.csv';
const LOCATION = `sftp://retailpro/retailpro/outgoing/${NAME}`;
const HEADER = 'facilityId,idValue,availableQty\n';
const SNAPSHOT = '2026-03-10T03:00:00Z';
const output = z.looseObject({ rows_in: z.int() });

interface Trial {
  readonly content: string | Uint8Array;
  readonly compression?: 'auto';
  readonly rowsLast?: Readonly<Record<string, number>>;
  /** Figures that differ from the file's own. */
  readonly manifest?: { readonly sha256?: string; readonly bytes?: number; readonly rows?: number };
  readonly found?: { readonly bytes?: number; readonly modified_at?: string };
}

/** Filters a file in which A1 and A2 are active, after a night with the given rows by facility. */
async function work({ content, compression, rowsLast, manifest, found }: Trial): Promise<number> {
  await using world = await openTaskWorld({ postgres: { oms: pool } });
  const bytes = Buffer.from(content);
  await world.files.put(LOCATION, bytes);
  await world.files.put('artifact:active.csv', 'product_id,id_type,id_value\nP1,SKU,A1\nP2,SKU,A2\n');
  if (rowsLast !== undefined) {
    const rows_in = Object.values(rowsLast).reduce((sum, rows) => sum + rows, 0);
    const lastGood: Json = { rows_in, rows_by_facility: { ...rowsLast } };
    world.files.lastGood.set('task_under_test', lastGood);
  }
  const figures = {
    sha256: sha256(bytes),
    bytes: bytes.length,
    rows: bytes.toString().split('\n').length - 2,
  };
  const file = {
    location: LOCATION,
    name: NAME,
    bytes: bytes.length,
    modified_at: world.clock.now.toString(),
    snapshot_at: SNAPSHOT,
    facilities: {},
    manifest: manifest === undefined ? null : { ...figures, snapshot_at: SNAPSHOT, ...manifest },
    ...found,
  };
  const params = {
    file,
    active: 'artifact:active.csv',
    to: 'sftp://retailpro/hotwax/reset_inventory',
    connection: 'oms',
    external_system_id: 'RETAIL_PRO',
    ...(compression === undefined ? {} : { compression }),
  };
  return output.parse(await world.run(filter, params)).rows_in;
}

const stopped = (trial: Trial, ...says: readonly RegExp[]) => assertStopped(pool, () => work(trial), ...says);

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Returns a file with the given rows by facility, each with its own product; only the first two are active. */
function fileOf(rowsByFacility: Readonly<Record<string, number>>, more = ''): string {
  const rows = Object.entries(rowsByFacility).flatMap(([facility, count]) =>
    Array.from({ length: count }, (_, row) => `${facility},${row < 2 ? `A${row + 1}` : `B${row}`},${row}\n`),
  );
  return HEADER + rows.join('') + more;
}

test('P7: max_row_drop: 81 and 80 rows after 100 pass, 79 do not', async () => {
  assert.equal(await work({ content: fileOf({ S1: 81 }), rowsLast: { S1: 100 } }), 81);
  assert.equal(await work({ content: fileOf({ S1: 80 }), rowsLast: { S1: 100 } }), 80);
  await stopped(
    { content: fileOf({ S1: 79 }), rowsLast: { S1: 100 } },
    /^the file has 79 rows, 21 % fewer than the 100 of the last good night; at most 20 % fewer is allowed/,
    /if the figure is right, raise guards\.max_row_drop of task_under_test/,
  );
});

test('P7: max_row_drop of one facility: 9 and 8 rows after 10 pass, 7 do not, though the file has more in all', async () => {
  const rowsLast = { S1: 10, S2: 100 };
  for (const rows of [9, 8]) await work({ content: fileOf({ S1: rows, S2: 150 }), rowsLast });
  await stopped(
    { content: fileOf({ S1: 7, S2: 150 }), rowsLast },
    /facility S1 has 7 rows, 30 % fewer than the 10 of the last good night; at most 20 % fewer is allowed/,
  );
});

test('P7: max_rejected: 1 row of 201 and 1 of 200 pass, 1 of 199 does not', async () => {
  // The bad row is one of these.
  for (const rows of [201, 200])
    assert.equal(await work({ content: fileOf({ S1: rows - 1 }, 'S1\n') }), rows);
  const remedy = await stopped(
    { content: fileOf({ S1: 198 }, 'S1\n') },
    /1 of 199 rows rejected, 0\.503 %; at most 0\.5 % are allowed \(guards\.max_rejected\)/,
    new RegExp(`first ${RegExp.escape(NAME)}:200:3 wrong_column_count \\(1 columns, 3 in the header\\)\\);`),
  );
  assert.deepEqual(remedy, { artifact: { label: 'see all rejected rows', name: 'filter_rejects.csv' } });
});

test('P7: max_rejected of active products alone: 1 row of 201 and 1 of 200 pass, 1 of 199 does not, among ten thousand others', async () => {
  const others = fileOf({ S0: 10_002 }).replaceAll(/S0,A.*\n/g, '');
  const active = (count: number) =>
    `${others}${Array.from({ length: count - 1 }, (_, store) => `T${store},A1,5\n`).join('')}T0,A2,five\n`;
  for (const count of [201, 200]) assert.equal(await work({ content: active(count) }), 10_000 + count);
  await stopped(
    { content: active(199) },
    /1 of 199 rows of active products rejected, 0\.503 %; at most 0\.5 % are allowed/,
    /:10200:7 bad_quantity/,
  );
});

test('P7: filtered_output and file_rows: one row of an active product passes; none, or none at all, does not', async () => {
  assert.equal(await work({ content: `${HEADER}S1,B1,1\nS1,A1,1\n` }), 2);
  await stopped(
    { content: `${HEADER}S1,B1,1\nS1,B2,1\n` },
    /none of the file's 2 rows is of an active product; at least 1 row is needed; file: .*$/,
  );
  await stopped({ content: HEADER }, /the file has a header and no rows/);
});

test('P7: final_newline: the last byte decides', async () => {
  assert.equal(await work({ content: `${HEADER}S1,A1,12\n` }), 1);
  await stopped({ content: `${HEADER}S1,A1,12` }, /no newline at its end: the last row may be cut; file: /);
});

test("P7: manifest: its sha256, bytes and rows must be the file's own, not one more or less", async () => {
  const content = `${HEADER}S1,A1,12\n`;
  assert.equal(await work({ content, manifest: {} }), 1);
  for (const bytes of [40, 42]) {
    await stopped(
      { content, manifest: { bytes } },
      new RegExp(`bytes is ${bytes} in the manifest and 41 in the file; file: `),
    );
  }
  for (const rows of [0, 2]) {
    await stopped(
      { content, manifest: { rows } },
      new RegExp(`rows is ${rows} in the manifest and 1 in the file; file: `),
    );
  }
  const last = sha256(Buffer.from(content)).slice(0, 63);
  const other = sha256(Buffer.from(content)).endsWith('0') ? '1' : '0';
  await stopped(
    { content, manifest: { sha256: last + other } },
    /sha256 is [0-9a-f]{64} in the manifest and /,
  );
});

test('P7: file_moved: a byte more or less, or a second later, is not the file that was found', async () => {
  const content = `${HEADER}S1,A1,12\n`;
  assert.equal(await work({ content, found: { bytes: 41, modified_at: '2026-03-10T05:00:00Z' } }), 1);
  const moved =
    /replaced since it was found: .* then, 41 bytes of 2026-03-10T05:00:00Z now; clear the task that found it/;
  for (const bytes of [40, 42]) await stopped({ content, found: { bytes } }, moved);
  await stopped({ content, found: { modified_at: '2026-03-10T04:59:59Z' } }, moved);
});

test('P7: content_type: gzip, zip and HTML are called by their names, and gzip passes where it is due', async () => {
  const text = `${HEADER}S1,A1,12\n`;
  assert.equal(await work({ content: gzipSync(text), compression: 'auto' }), 1);
  const foreign = (kind: string) => new RegExp(`the file is ${kind}, and CSV in utf-8 was expected; file: `);
  await stopped({ content: gzipSync(text) }, foreign('gzip'));
  await stopped({ content: Uint8Array.of(0x50, 0x4b, 3, 4, 20, 0) }, foreign('zip'));
  await stopped({ content: '<html><body>Session expired</body></html>\n' }, foreign('HTML'));
  // A file may begin with the letters.
  assert.equal(await work({ content: `${HEADER}PK,A1,12\n` }), 1);
});

test('P7: applied_before: the bytes of another night under no newer snapshot are refused, those of the same night or one byte apart are not', async () => {
  const content = `${HEADER}S1,A1,12\n`;
  const applied = async (date: string, system = 'RETAIL_PRO') => {
    await pool.query('delete from oms.inventory_sync_batch');
    await pool.query(
      `insert into oms.inventory_sync_batch (batch_id, kind, external_system_id, business_date, file_sha256, snapshot_at)
       values ('b', 'RESET', $2, $1, $3, '2026-03-10T03:00:00Z')`,
      [date, system, sha256(Buffer.from(content))],
    );
  };
  await applied('2026-03-10');
  await work({ content });
  await applied('2026-03-09', 'OTHER_POS');
  await work({ content });
  await applied('2026-03-09');
  await work({ content: content.replace('12', '13') });
  await stopped(
    { content },
    /the same file, sha256 [0-9a-f]{64}, was already applied for 2026-03-09, as of 2026-03-10T03:00:00Z; file: /,
  );
});

test('the same key twice: equal rows are one, and counted; different ones are all kept, for the reset to hold out', async () => {
  await using world = await openTaskWorld({ postgres: { oms: pool } });
  await world.files.put(LOCATION, `${HEADER}S1,A1,5\nS1,A1,5\nS1,A2,5\nS1,A2,6\n`);
  await world.files.put('artifact:active.csv', 'product_id,id_type,id_value\nP1,SKU,A1\nP2,SKU,A2\n');
  const found = { location: LOCATION, name: NAME, bytes: 64, modified_at: world.clock.now.toString() };
  const filtered = await world.run(filter, {
    file: { ...found, snapshot_at: SNAPSHOT, facilities: {}, manifest: null },
    active: 'artifact:active.csv',
    to: 'sftp://retailpro/hotwax/reset_inventory',
    connection: 'oms',
    external_system_id: 'RETAIL_PRO',
  });
  const counts = z.looseObject({
    rows_in: z.int(),
    kept: z.int(),
    collapsed: z.int(),
    conflicting_keys: z.int(),
  });
  const { rows_in, kept, collapsed, conflicting_keys } = counts.parse(filtered);
  assert.deepEqual([rows_in, kept, collapsed, conflicting_keys], [4, 3, 1, 1]);
});
