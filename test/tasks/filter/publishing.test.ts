import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import { openTaskWorld } from '../../../runner/testing.ts';
import {
  HEADER,
  KEPT,
  LOCATION,
  NAME,
  pool,
  ROWS,
  refusal,
  run,
  runRaw,
  sha256,
  TO,
} from './filter_world.ts';

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

test('rejected rows are kept with file, line, column, reason and row, without a formula for a spreadsheet', async () => {
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
