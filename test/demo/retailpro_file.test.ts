import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { parse } from 'csv-parse/sync';
import { retailproFile, rowAccounting, writeRetailproFile } from '../../demo/retailpro/file.ts';
import { keyText } from '../../demo/world/stock_key.ts';
import { makeWorld, type World } from '../../demo/world/world.ts';
import { handWorkedWorld } from './world/story.ts';

const FLAWED = makeWorld({
  seed: 'file',
  products: 400,
  facilities: 6,
  activeProducts: 12,
  flaws: { missing: 2, badRows: 6, repeated: 2, contradicted: 2, unknownStoreRows: 1 },
});
const ROWS = 1500;

test('the hand-worked world writes these very bytes', async () => {
  assert.equal(
    (await bytesOf(handWorkedWorld(), 4)).toString(),
    [
      'externalFacilityId,facilityId,locationSeqId,idType,idValue,availableQty,comments',
      '001,STORE_1,TLTLTLLL01,SKU,0007,8,',
      '001,STORE_1,TLTLTLLL01,SKU,1E+05,6,',
      '002,STORE_2,TLTLTLLL01,SKU,0007,3,',
      '002,STORE_2,TLTLTLLL01,SKU,1E+05,3,',
      '',
    ].join('\n'),
  );
});

test('the same world and rows give the same bytes, another seed others', async () => {
  const sha256 = createHash('sha256')
    .update(await bytesOf(FLAWED, ROWS))
    .digest('hex');
  const again = makeWorld({
    seed: 'file',
    products: 400,
    facilities: 6,
    activeProducts: 12,
    flaws: { missing: 2, badRows: 6, repeated: 2, contradicted: 2, unknownStoreRows: 1 },
  });
  assert.equal(
    createHash('sha256')
      .update(await bytesOf(again, ROWS))
      .digest('hex'),
    sha256,
  );
  const other = makeWorld({ seed: 'other', products: 400, facilities: 6, activeProducts: 12 });
  assert.notEqual(
    createHash('sha256')
      .update(await bytesOf(other, ROWS))
      .digest('hex'),
    sha256,
  );
});

test('a file has exactly the rows asked for, from the active ones alone to all', async () => {
  // 6 stores x 12 active - 2 missing + 2 repeated + 2 contradicted + 1 of an unknown store
  const least = 75;
  // and 6 stores x (388 inactive + 12 that only Retail Pro has)
  const most = 75 + 2400;
  for (const rows of [least, least + 1, least + 7, 1000, most]) {
    const bytes = await bytesOf(FLAWED, rows);
    assert.equal(bytes.toString().split('\n').length - 2, rows);
    assert.equal(bytes.at(-1), 10);
  }
  await assert.rejects(bytesOf(FLAWED, least - 1), /75 to 2475 rows, not 74/);
  await assert.rejects(bytesOf(FLAWED, most + 1), /75 to 2475 rows, not 2476/);
});

test('the accounting is what a plain reading of the file counts', async () => {
  const read = readPlainly(FLAWED, await bytesOf(FLAWED, ROWS));
  assert.deepEqual(rowAccounting(FLAWED, { rows: ROWS }), read.accounting);
  assert.equal(read.accounting.rejected, 6);
  assert.equal(read.accounting.collapsed, 2);
  assert.equal(read.accounting.contradictedRows, 4);
  assert.equal(read.accounting.unknownStoreRows, 1);
});

test('every key that the truth says is in the file has its one count there, and no other key does', async () => {
  const read = readPlainly(FLAWED, await bytesOf(FLAWED, 75));
  let compared = 0;
  for (const [key, { standing, retailproUnits }] of FLAWED.truth.keys) {
    if (standing === 'covered') assert.deepEqual([...(read.counts.get(key) ?? [])], [retailproUnits], key);
    if (standing === 'contradicted') assert.equal(read.counts.get(key)?.size, 2, key);
    if (standing === 'uncovered') assert.equal(read.counts.get(key), undefined, key);
    compared++;
  }
  assert.ok(compared >= 84);
});

test('some counts are below zero, and some comments need their quotes', async () => {
  const text = (
    await bytesOf(makeWorld({ products: 500, facilities: 20, activeProducts: 30 }), 5000)
  ).toString();
  assert.match(text, /,-\d+,"sold before receipt, check ""RECV"""\n/);
  assert.match(text, /,-2,\n/);
});

test('seven million such rows are about 293 MB, and those of active products under 100 KB', async () => {
  const world = makeWorld({ products: 3000 });
  const bytes = await bytesOf(world, 200_000);
  const bytesPerRow = bytes.length / 200_000;
  assert.ok(bytesPerRow > 41.4 && bytesPerRow < 43, `${bytesPerRow} bytes a row`);
  const active = new Set(world.activeProducts.map(({ sku }) => sku));
  const kept = bytes
    .toString()
    .split('\n')
    .filter((line) => active.has(line.split(',')[4] ?? ''));
  const keptBytes = kept.join('\n').length;
  assert.ok(keptBytes > 80_000 && keptBytes < 100_000, `${keptBytes} bytes of active products`);
});

test('the file stands complete beside a manifest that agrees with it', async (t) => {
  const directory = await emptyDirectory(t);
  const progress: number[] = [];
  const facts = await writeRetailproFile(FLAWED, join(directory, 'outgoing'), {
    rows: ROWS,
    progress: ({ done, total }) => progress.push(done / (total ?? 0)),
  });
  assert.deepEqual(await readdir(join(directory, 'outgoing')), [
    'reset_inventory_20260618T034500Z.csv',
    'reset_inventory_20260618T034500Z.csv.manifest.json',
  ]);
  const bytes = await readFile(facts.path);
  const manifest: unknown = JSON.parse(await readFile(`${facts.path}.manifest.json`, 'utf8'));
  assert.deepEqual(manifest, {
    sha256: createHash('sha256').update(bytes).digest('hex'),
    bytes: bytes.length,
    rows: 1500,
    snapshot_at: '2026-06-18T03:45:00Z',
  });
  assert.equal(facts.written, true);
  assert.equal(progress.at(-1), 1);
});

test('the very same file is left alone; a changed one and a changed manifest are written again', async (t) => {
  const directory = await emptyDirectory(t);
  const write = async () => (await writeRetailproFile(FLAWED, directory, { rows: ROWS })).written;
  const { path, sha256 } = await writeRetailproFile(FLAWED, directory, { rows: ROWS });
  assert.equal(await write(), false);

  const bytes = await readFile(path);
  for (const wrong of [
    bytes.subarray(0, -1),
    Buffer.concat([bytes, Buffer.from('x')]),
    Buffer.from(bytes.toString().replace('SKU', 'UPC')),
  ]) {
    await writeFile(path, wrong);
    assert.equal(await write(), true);
    assert.equal(
      createHash('sha256')
        .update(await readFile(path))
        .digest('hex'),
      sha256,
    );
  }
  await writeFile(`${path}.manifest.json`, '{}');
  assert.equal(await write(), true);
  assert.equal(await write(), false);
});

test('an abort leaves nothing behind', async (t) => {
  const directory = await emptyDirectory(t);
  const abort = new AbortController();
  const writing = writeRetailproFile(FLAWED, directory, {
    rows: ROWS,
    signal: abort.signal,
    progress: () => abort.abort(new Error('enough')),
  });
  await assert.rejects(writing, /enough/);
  assert.deepEqual(await readdir(directory), []);
});

async function bytesOf(world: World, rows: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of retailproFile(world, { rows })) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function emptyDirectory(t: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'retailpro-'));
  t.after(() => rm(directory, { recursive: true }));
  return directory;
}

/** Reads the file with csv-parse, row by row, as if speed did not matter. */
function readPlainly(world: World, bytes: Buffer) {
  const records: string[][] = parse(bytes, { relax_column_count: true });
  const [header, ...rows] = records;
  assert.equal(header?.length, 7);
  const productIds = new Map(world.activeProducts.map(({ sku, productId }) => [sku, productId]));
  const stores = new Set(world.stores.map(({ facilityId }) => facilityId));
  const counts = new Map<string, Set<number>>();
  const accounting = { rows: rows.length, kept: 0, dropped: 0, rejected: 0, collapsed: 0 };
  let unknownStoreRows = 0;
  for (const row of rows) {
    const [, facilityId = '', , , sku = '', quantity = ''] = row;
    const productId = productIds.get(sku);
    if (productId === undefined) accounting.dropped++;
    else if (row.length !== 7 || !/^-?\d{1,9}$/.test(quantity) || row.join().includes('\0')) {
      accounting.rejected++;
    } else {
      const key = keyText({ facilityId, productId });
      const seen = counts.get(key) ?? new Set();
      if (seen.has(Number(quantity))) accounting.collapsed++;
      else accounting.kept++;
      counts.set(key, seen.add(Number(quantity)));
      if (!stores.has(facilityId)) unknownStoreRows++;
    }
  }
  const contradictedRows = [...counts.values()].reduce((sum, { size }) => sum + (size > 1 ? size : 0), 0);
  return { counts, accounting: { ...accounting, contradictedRows, unknownStoreRows } };
}
