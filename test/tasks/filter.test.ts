import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, beforeEach, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import { z } from 'zod';
import { FailTask, type Json } from '../../runner/task.ts';
import { type ContextOverrides, openTaskWorld, type TaskWorld } from '../../runner/testing.ts';
import filter from '../../tasks/filter.ts';
import type { manifestSchema } from '../../tasks/inventory/file/manifest.ts';
import { testDatabase } from '../support/postgres/database.ts';

const { pool } = await testDatabase({ after }, { migrations: ['oms'] });

// Its own, so that no other test's temporary files are taken for ones left behind.
process.env.TMPDIR = await mkdtemp(join(tmpdir(), 'stockflow-test-'));
after(() => rm(tmpdir(), { recursive: true, force: true }));

const NAME = 'reset_inventory_20260310T030000Z.csv';
const LOCATION = `sftp://retailpro/retailpro/outgoing/${NAME}`;
const TO = 'sftp://retailpro/hotwax/reset_inventory';
const ACTIVE = 'artifact:active_products.csv';
const HEADER = 'externalFacilityId,facilityId,idValue,availableQty\r\n';
const ROWS = 'S1,,A1,5\r\nS1,,B2,7\r\nS2,,A1,-3\r\nS2,,A2,0\r\n';
const KEPT = 'S1,,A1,5\r\nS2,,A1,-3\r\nS2,,A2,0\r\n';

interface Night {
  readonly content?: string | Uint8Array;
  readonly manifest?: z.input<typeof manifestSchema> | null;
  readonly params?: Partial<z.input<typeof filter.params>>;
  readonly overrides?: ContextOverrides;
  readonly active?: string;
  /** The task's output of the night before. */
  readonly lastGood?: Json;
  /** The size that the file was found with. */
  readonly foundBytes?: number;
  /** Whether the file was taken away after it was found. */
  readonly isGone?: boolean;
}

const outputSchema = z.looseObject({
  location: z.string(),
  name: z.string(),
  sha256: z.string(),
  manifest_location: z.string(),
  rejects_location: z.string(),
  rows_in: z.int(),
  kept: z.int(),
  dropped: z.int(),
  rejected: z.int(),
  collapsed: z.int(),
  conflicting_keys: z.int(),
});

beforeEach(async () => {
  await pool.query('truncate oms.inventory_sync_batch cascade');
});

async function runRaw(world: TaskWorld, night: Night = {}): Promise<Json | undefined> {
  const content = night.content ?? HEADER + ROWS;
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  await world.files.put(LOCATION, bytes);
  await world.files.put(ACTIVE, night.active ?? 'product_id,id_type,id_value\nP1,SKU,A1\nP2,SKU,A2\n');
  if (night.lastGood !== undefined) world.files.lastGood.set('task_under_test', night.lastGood);
  const file = {
    location: LOCATION,
    name: NAME,
    bytes: night.foundBytes ?? bytes.length,
    modified_at: world.clock.now.toString(),
    snapshot_at: '2026-03-10T03:00:00Z',
    facilities: { S1: '2026-03-10T02:55:00Z' },
    manifest: night.manifest ?? null,
  };
  if (night.isGone) await world.files.remove(LOCATION);
  const params = { file, active: ACTIVE, to: TO, connection: 'oms', external_system_id: 'RETAIL_PRO' };
  return world.run(filter, { ...params, ...night.params }, night.overrides);
}

async function run(world: TaskWorld, night: Night = {}) {
  return outputSchema.parse(await runRaw(world, night));
}

/** Runs a night that must fail for good, and holds that at most its rejects are kept and no temporary file is left. */
async function refusal(night: Night): Promise<string> {
  await using world = await openTaskWorld({ postgres: { oms: pool } });
  const error: unknown = await runRaw(world, night).then(
    () => assert.fail('the file was accepted'),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof FailTask, String(error));
  const published = world.files.published.map(({ location }) => location);
  assert.deepEqual(
    published.filter((location) => location !== 'artifact:filter_rejects.csv'),
    [],
  );
  assert.deepEqual(await world.files.list(`${TO}/*`), []);
  assert.deepEqual(await temporaryFolders(), []);
  assert.ok(error.message.startsWith(`${LOCATION}: `), error.message);
  return error.message.slice(LOCATION.length + 2);
}

async function temporaryFolders(): Promise<string[]> {
  return (await readdir(tmpdir())).filter((name) => name.startsWith('stockflow-filter-'));
}

function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

test('the rows of active products are published as they stand, with a manifest beside them', async () => {
  await using world = await openTaskWorld({ postgres: { oms: pool } });
  const output = await runRaw(world);
  const filtered = HEADER + KEPT;
  const name = `reset_inventory_2026-03-10_${sha256(filtered).slice(0, 12)}.csv`;
  const source = { name: NAME, sha256: sha256(HEADER + ROWS), bytes: (HEADER + ROWS).length, rows: 4 };
  const content = {
    sha256: sha256(filtered),
    bytes: filtered.length,
    rows: 3,
    snapshot_at: '2026-03-10T03:00:00Z',
    facilities: { S1: '2026-03-10T02:55:00Z' },
  };
  assert.deepEqual(output, {
    location: `${TO}/${name}`,
    name,
    ...content,
    manifest_location: `${TO}/${name}.manifest.json`,
    source: { location: LOCATION, ...source },
    rows_in: 4,
    kept: 3,
    dropped: 1,
    rejected: 0,
    collapsed: 0,
    conflicting_keys: 0,
    rows_by_facility: { S1: 2, S2: 2 },
    revision: 1,
    keys_at_several_locations: 0,
    blank_lines_at_end: 0,
    keys_by_facility: { S1: 1, S2: 2 },
    active_without_row: { count: 0, first: [] },
    rejects_location: 'artifact:filter_rejects.csv',
    reasons: {},
    overridden_guards: [],
  });
  assert.equal(await world.files.text(`${TO}/${name}`), filtered);
  assert.deepEqual(JSON.parse(await world.files.text(`${TO}/${name}.manifest.json`)), { ...content, source });
  assert.equal(world.files.published.at(-1)?.location, `${TO}/${name}.manifest.json`);
});

test('what was read is recorded, metered and shown as progress', async () => {
  await using world = await openTaskWorld({ postgres: { oms: pool } });
  await run(world);
  const bytes = (HEADER + ROWS).length;
  assert.deepEqual(world.files.reads.at(-1), {
    location: LOCATION,
    bytes,
    sha256: sha256(HEADER + ROWS),
    rows: 4,
  });
  assert.deepEqual(world.progress.at(-1), { done: bytes, total: bytes, unit: 'bytes' });
  const out = (HEADER + KEPT).length;
  assert.deepEqual(world.metered, { rowsIn: 4, rowsOut: 3, bytesIn: bytes, bytesOut: out });
});

test('P6: the same night worked again gives the same bytes under the same names', async () => {
  await using world = await openTaskWorld({ postgres: { oms: pool } });
  const first = await run(world);
  await pool.query(
    `insert into oms.inventory_sync_batch (batch_id, kind, external_system_id, business_date, file_sha256)
     values ('b', 'RESET', 'RETAIL_PRO', '2026-03-10', $1)`,
    [sha256(HEADER + ROWS)],
  );
  assert.deepEqual(await run(world), first);
  assert.equal((await world.files.list(`${TO}/*`)).length, 2);
});

test('rejected rows are kept with file, line, column, reason and row, and harmless in a spreadsheet', async () => {
  await using world = await openTaskWorld({ postgres: { oms: pool } });
  const bad = 'S1,,A1,x\r\n=cmd(),A1,1\r\nS1,,"A1,5\r\nS\0,,A1,5\r\n';
  const night = { content: HEADER + ROWS + bad, params: { guards: { max_rejected: 0.5 } } };
  const output = await run(world, night);
  assert.equal(output.rejected, 4);
  assert.deepEqual(output.reasons, {
    nul_byte: 1,
    quote_not_closed: 1,
    wrong_column_count: 1,
    bad_quantity: 1,
  });
  assert.deepEqual(parse(await world.files.text(output.rejects_location)), [
    ['file', 'line', 'column', 'reason', 'raw'],
    [NAME, '6', '8', 'bad_quantity', 'S1,,A1,x'],
    // It ends where one more column was due.
    [NAME, '7', '12', 'wrong_column_count', "'=cmd(),A1,1"],
    [NAME, '8', '5', 'quote_not_closed', 'S1,,"A1,5'],
    [NAME, '9', '2', 'nul_byte', 'S\u2400,,A1,5'],
  ]);
});

test('P5: equal repeats are collapsed, conflicting rows kept and counted, and every row is accounted for', async () => {
  await using world = await openTaskWorld({ postgres: { oms: pool } });
  const output = await run(world, { content: `${HEADER}${ROWS}S1,,A1,5\r\nS2,,A1,4\r\n` });
  assert.deepEqual(
    [output.rows_in, output.kept, output.dropped, output.rejected, output.collapsed, output.conflicting_keys],
    [6, 4, 1, 0, 1, 1],
  );
});

test('a gzip file is read as the text within, its checksum is of the file as it lies', async () => {
  await using world = await openTaskWorld({ postgres: { oms: pool } });
  const packed = gzipSync(HEADER + ROWS);
  const manifest = {
    sha256: sha256(packed),
    bytes: packed.length,
    rows: 4,
    snapshot_at: '2026-03-10T03:00:00Z',
  };
  const output = await run(world, { content: packed, manifest, params: { compression: 'auto' } });
  assert.equal(await world.files.text(output.location), HEADER + KEPT);
});

test('a UTF-16 file stays UTF-16, byte order mark and all', async () => {
  await using world = await openTaskWorld({ postgres: { oms: pool } });
  const content = Buffer.from(`\uFEFF${HEADER}${ROWS.replaceAll('S1', 'Süd €😀')}`, 'utf16le');
  const output = await run(world, { content, params: { encoding: 'utf-16le' } });
  const expected = Buffer.from(`\uFEFF${HEADER}${KEPT.replaceAll('S1', 'Süd €😀')}`, 'utf16le');
  assert.equal(output.sha256, sha256(expected));
  assert.deepEqual(output.rows_by_facility, { S2: 2, 'Süd €😀': 2 });
});

test('a UTF-16 file cut in half a character is refused', async () => {
  const content = Buffer.from(HEADER + ROWS, 'utf16le').subarray(0, -1);
  assert.match(
    await refusal({ content, params: { encoding: 'utf-16le' } }),
    /^not UTF-16: half a character at its end/,
  );
});

test('a windows-1252 file with other marks keeps its bytes', async () => {
  await using world = await openTaskWorld({ postgres: { oms: pool } });
  const content = Buffer.from("store;sku;qty\nS\xfcd;'A;1';5\nS\xfcd;B;5\n", 'latin1');
  const output = await run(world, {
    content,
    active: 'product_id,id_type,id_value\nP1,SKU,A;1\n',
    params: {
      encoding: 'windows-1252',
      delimiter: ';',
      quote: "'",
      columns: { facilityId: 'Store', idValue: 'SKU', availableQty: 'Qty' },
    },
  });
  assert.equal(output.sha256, sha256(Buffer.from("store;sku;qty\nS\xfcd;'A;1';5\n", 'latin1')));
  assert.deepEqual(output.rows_by_facility, { Süd: 2 });
});

test('content that is no CSV is refused by its name', async () => {
  assert.match(
    await refusal({ content: gzipSync(HEADER + ROWS) }),
    /^the file is gzip, and CSV in utf-8 was expected$/,
  );
  assert.match(
    await refusal({ content: gzipSync('%PDF-1.7'), params: { compression: 'gzip' } }),
    /^the file is PDF/,
  );
  assert.match(
    await refusal({ content: HEADER + ROWS, params: { compression: 'gzip' } }),
    /not gzip, and gzip was expected$/,
  );
  assert.match(await refusal({ content: '<html>Not found</html>' }), /^the file is HTML/);
  assert.match(await refusal({ content: Uint8Array.from([0x50, 0x4b, 3, 4]) }), /^the file is zip/);
  assert.match(await refusal({ content: Buffer.from(`\uFEFF${HEADER}`, 'utf16le') }), /^the file is UTF-16/);
});

test('gzip data that is cut or damaged is refused', async () => {
  const packed = gzipSync(HEADER + ROWS);
  const params = { compression: 'auto' } as const;
  assert.match(
    await refusal({ content: packed.subarray(0, -12), params }),
    /^the gzip data is damaged or cut/,
  );
  packed[20] = (packed[20] ?? 0) ^ 0xff;
  assert.match(await refusal({ content: packed, params }), /^the gzip data is damaged or cut/);
});

test('a file without a newline at its end is refused', async () => {
  assert.match(await refusal({ content: HEADER + ROWS.slice(0, -3) }), /^no newline at its end/);
});

test('an empty file, and one of a header alone, are refused', async () => {
  assert.equal(await refusal({ content: '' }), 'the file is empty');
  assert.match(await refusal({ content: HEADER }), /^the file has a header and no rows/);
});

test('a manifest that disagrees is refused with each figure and both values', async () => {
  const content = HEADER + ROWS;
  const manifest = {
    sha256: sha256(content),
    bytes: content.length,
    rows: 4,
    snapshot_at: '2026-03-10T03:00:00Z',
  };
  assert.equal(
    await refusal({ manifest: { ...manifest, rows: 5 } }),
    'rows is 5 in the manifest and 4 in the file',
  );
  const other = '0'.repeat(64);
  assert.equal(
    await refusal({ manifest: { ...manifest, sha256: other } }),
    `sha256 is ${other} in the manifest and ${manifest.sha256} in the file`,
  );
});

test('a wrong header, delimiter or encoding is refused', async () => {
  assert.match(await refusal({ content: 'sku,qty\nA1,5\n' }), /^header: no column .*\(found: sku, qty\)$/);
  assert.match(await refusal({ content: HEADER.replaceAll(',', ';') }), /delimited by semicolon/);
  assert.match(
    await refusal({ content: Buffer.from(`${HEADER}S\xfc,,A1,5\r\n`, 'latin1') }),
    /^not UTF-8: byte 0xfc at offset 53/,
  );
});

test('a file that was replaced after it was found is refused with both sizes', async () => {
  assert.match(
    await refusal({ foundBytes: 3 }),
    /^replaced since it was found: 3 bytes of .* then, 93 bytes of /,
  );
});

test('a file that is gone since it was found is refused, and a server that takes away what is read is named', async () => {
  await using world = await openTaskWorld({ postgres: { oms: pool } });
  await assert.rejects(runRaw(world, { isGone: true }), (error: Error) => {
    assert.ok(error instanceof FailTask);
    assert.match(
      error.message,
      /gone since it was found \(93 bytes of .*\); have it put there again, .*once it is read/,
    );
    return true;
  });
});

test('an empty active list is refused before the file is read', async () => {
  await using world = await openTaskWorld({ postgres: { oms: pool } });
  await assert.rejects(runRaw(world, { active: 'product_id,id_type,id_value\n' }), FailTask);
  assert.deepEqual(world.files.published, []);
  assert.equal(world.metered.bytesIn, 0);
});

test('a file of which no row is active is refused', async () => {
  assert.match(
    await refusal({ active: 'product_id,id_type,id_value\nP1,SKU,ZZ\n' }),
    /^none of the file's 4 rows is of an active product/,
  );
});

test('more rejected rows than the bound are refused with the share, the reasons and the first lines', async () => {
  const good = 'S1,,A1,1\n'.repeat(198);
  const night = { content: `${HEADER}S1,,A1,1\n${good}S1,,A1,x\n` };
  await using world = await openTaskWorld({ postgres: { oms: pool } });
  assert.equal((await run(world, night)).rejected, 1);
  assert.equal(
    await refusal({ content: `${night.content}S1\n` }),
    '2 of 201 rows rejected, 1 %; at most 0.5 % are allowed (guards.max_rejected) ' +
      `(rejected: wrong_column_count 1, bad_quantity 1; first ${NAME}:201:8 bad_quantity "x", ${NAME}:202:3 wrong_column_count (1 columns, 4 in the header); ` +
      'all: stockflow runs artifacts 1 filter_rejects.csv); if the figure is right, raise guards.max_rejected of ' +
      "task_under_test in the DAG's file and trigger the date",
  );
});

test('one bad row among few of active products is refused, however many other rows the file has', async () => {
  const others = Array.from({ length: 10_000 }, (_, row) => `S1,,B${row},1\n`).join('');
  assert.match(
    await refusal({ content: `${HEADER}S1,,A1,1\n${others}S1,,A1,x\n` }),
    /^1 of 2 rows of active products rejected, 50 %; at most 0.5 % are allowed/,
  );
});

test('far fewer rows than on the last good night are refused, for the file and for one facility', async () => {
  const lastGood = { rows_in: 5, rows_by_facility: { S1: 2, S2: 2 } };
  await using world = await openTaskWorld({ postgres: { oms: pool } });
  await run(world, { lastGood });
  assert.match(
    await refusal({ lastGood: { ...lastGood, rows_in: 6 } }),
    /^the file has 4 rows, 33.33 % fewer than the 6/,
  );
  const smaller = { ...lastGood, rows_by_facility: { S1: 2, S2: 2, S3: 9 } };
  assert.match(await refusal({ lastGood: smaller }), /^facility S3 has 0 rows, 100 % fewer than the 9/);
  await run(world, { lastGood: smaller, params: { guards: { max_row_drop: 1 } } });
});

/** The bytes of `ROWS` were applied for 2026-03-09, as of this snapshot; tonight's is 2026-03-10T03:00:00Z. */
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

test('when no count can be read that is the one cause that is told, with the first values and the param that takes them', async () => {
  const said = await refusal({ content: `${HEADER}S1,,A1,10.0\nS1,,A2,3.00\n` });
  assert.match(
    said,
    /^none of the file's 2 rows of active products has a count that can be read; at least 1 is needed \(rejected/,
  );
  assert.match(
    said,
    /:2:\d+ bad_quantity "10\.0", .*:3:\d+ bad_quantity "3\.00"; all: .*; quantity: decimal_zero takes 5\.0 and 12\.000\)/,
  );
  assert.doesNotMatch(said, /is of an active product/);
  await using world = await openTaskWorld({ postgres: { oms: pool } });
  const taken = await run(world, {
    content: `${HEADER}S1,,A1,10.0\nS1,,A2,3.00\n`,
    params: { quantity: 'decimal_zero' },
  });
  assert.equal(taken.kept, 2);
});
