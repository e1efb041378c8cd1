import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { FailTask } from '../../../runner/task.ts';
import { openTaskWorld } from '../../../runner/testing.ts';
import { HEADER, NAME, pool, ROWS, refusal, run, runRaw, sha256 } from './filter_world.ts';

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

test('a file that is gone since it was found is refused, and a server that removes what is read is named', async () => {
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
      `(rejected: wrong_column_count 1, bad_quantity 1; first ${NAME}:201:8 bad_quantity "x", ${NAME}:202:3 wrong_column_count (1 columns, 4 in the header)); ` +
      'if the figure is right, raise guards.max_rejected of ' +
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

/** The snapshot as of which the bytes of `ROWS` were applied for 2026-03-09; tonight's is 2026-03-10T03:00:00Z. */
