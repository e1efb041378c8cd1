/** Tests the model's own arithmetic on nights small enough to work out by hand. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeRandom } from '../../demo/world/random.ts';
import { makeWorld } from '../../demo/world/world.ts';
import { countByLocation, loseIds } from './plan/damaged_file.ts';
import { isCoverLost } from './plan/lost_cover.ts';
import { expectedWarnings, warningMismatches } from './verify/night_warnings.ts';
import { type FileRow, fileOfRows, type NightFile } from './world/retailpro_night_file.ts';

const T_MS = Date.UTC(2026, 2, 10, 3);
const HOUR_MS = 3_600_000;
const NONE = { lost_cover: 0, several_locations: 0, undone_entries: 0, absent_products: 0 };

/** Two stores and the warehouse, and four active products, at least one with leading zeros. */
const world = makeWorld({
  products: 4,
  facilities: 3,
  activeProducts: 4,
  businessDate: Temporal.PlainDate.from('2026-03-10'),
});
const everyRow: readonly FileRow[] = world.stores.flatMap((facility) =>
  world.activeProducts.map(({ sku }) => ({ facility, sku, location: 'A1', units: 6 })),
);
const fileOf = (rows: readonly FileRow[], locations: 'hold_out' | 'sum' = 'hold_out') =>
  fileOfRows(rows, { world, locations, retailproUnits: new Map() });
const whole = fileOf(everyRow);
const keys = [...whole.singleCounted];

function owed(file: NightFile, more: Partial<Parameters<typeof expectedWarnings>[0]> = {}) {
  return expectedWarnings({
    file,
    covered: file.singleCounted,
    coveredBefore: new Set(keys),
    held: new Set(),
    events: [],
    snapshots: new Map(world.stores.map(({ facilityId }) => [facilityId, T_MS])),
    ledgerBefore: new Map(),
    knownAtMs: T_MS + HOUR_MS,
    activeProducts: world.activeProducts.length,
    ...more,
  });
}

test('a night like the one before owes no warning; keys without a row are owed, but for those that are held', () => {
  assert.deepEqual(owed(whole), NONE);
  const short = fileOf(everyRow.slice(2));
  assert.deepEqual(owed(short), { ...NONE, lost_cover: 2 });
  assert.deepEqual(owed(short, { held: new Set([keys[0] ?? '']) }), { ...NONE, lost_cover: 1 });
  const [first] = everyRow;
  assert.deepEqual(owed(fileOf(everyRow.filter(({ sku }) => sku !== first?.sku))), {
    ...NONE,
    lost_cover: world.stores.length,
    absent_products: 1,
  });
});

test('an entry of the OMS that the file does not have is owed where the change is just that', () => {
  const [key = ''] = keys;
  const [facilityId = '', productId = ''] = key.split('/');
  const events = [
    {
      kind: 'moved',
      facilityId,
      productId,
      reason: 'receipt',
      atMs: T_MS - HOUR_MS,
      units: 2,
      recordedAtMs: T_MS,
    } as const,
  ];
  const file = { ...whole, retailproUnits: new Map([[key, 6]]) };
  assert.equal(owed(file, { events, ledgerBefore: new Map([[key, 8]]) }).undone_entries, 1);
  assert.equal(owed(file, { events, ledgerBefore: new Map([[key, 6]]) }).undone_entries, 0);
  assert.equal(owed(file, { events, ledgerBefore: new Map([[key, 9]]) }).undone_entries, 0);
});

test('two counts of a key at two locations are one count only where they are summed; two at one location are none', () => {
  const [row, ...rest] = everyRow;
  if (row === undefined) return assert.fail('no row');
  const split = [{ ...row, units: 3 }, { ...row, units: 3, location: 'B2' }, ...rest];
  assert.deepEqual(owed(fileOf(split)), { ...NONE, several_locations: 1 });
  assert.deepEqual(owed(fileOf(split, 'sum')), NONE);
  assert.equal(fileOf(split, 'sum').singleCounted.size, keys.length);
  const contradicted = fileOf([{ ...row, units: 4 }, ...everyRow], 'sum');
  assert.equal(contradicted.singleCounted.has(keys[0] ?? ''), false);
});

test('a warning that is not given, or gives another number, is found', () => {
  const two = { ...NONE, lost_cover: 2 };
  const said =
    "2 counts were left as the previous night set them, missing from tonight's file: 1 at A, 2 at A";
  assert.deepEqual(warningMismatches(two, [said]), []);
  assert.deepEqual(warningMismatches(two, []), ['the night warns of 0 lost cover, not of 2']);
  assert.deepEqual(warningMismatches(NONE, [said]), ['the night warns of 2 lost cover, not of 0']);
});

test('cover is lost by more than a fifth of the rows, of the keys, or of the keys of one store', () => {
  const without = (count: number, at = world.stores[0]) => {
    const dropped = everyRow.filter(({ facility }) => facility === at).slice(0, count);
    return fileOf(everyRow.filter((row) => !dropped.includes(row)));
  };
  assert.equal(isCoverLost(whole, whole), false);
  // One of four keys of a store.
  assert.equal(isCoverLost(without(1), whole), true);
  assert.equal(isCoverLost(whole, without(1)), false);
  assert.equal(isCoverLost(without(1), null), false);
  assert.equal(isCoverLost(fileOf([]), null), true);
});

test('ids that are read as numbers lose their keys, and counts by location add up to the count', () => {
  const seeds = Array.from({ length: 20 }, (_, index) => makeRandom(`spoilt ${index}`));
  const setting = { world, locations: 'sum' } as const;
  const lost = seeds.map((random) => loseIds(random, whole, setting));
  for (const { file } of lost) {
    assert.equal(file.rows.length, everyRow.length);
    assert.ok(file.present.size < keys.length);
  }
  assert.deepEqual([...new Set(lost.map(({ fault }) => fault))].toSorted(), [
    'ids written with an exponent, at all stores',
    'ids written with an exponent, at one store',
    'zeros of ids lost, at all stores',
    'zeros of ids lost, at one store',
  ]);
  const full = fileOf(
    world.stores.flatMap((facility) =>
      world.products.map(({ sku }) => ({ facility, sku, location: 'TLTLTLLL01', units: 6 })),
    ),
  );
  const located = seeds.map((random) => countByLocation(random, full, setting));
  assert.ok(located.some((file) => file.located.size > 0));
  for (const { rows, located: split, singleCounted } of located) {
    assert.equal(
      rows.reduce((sum, { units }) => sum + units, 0),
      6 * full.rows.length,
    );
    assert.equal(rows.length, full.rows.length + split.size);
    assert.equal(singleCounted.size, keys.length);
  }
});
