import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { disagreements } from '../../tasks/inventory/file/manifest.ts';
import {
  guardActiveList,
  guardFacilityDrop,
  guardFacilityKeyDrop,
  guardFileRows,
  guardKeptDrop,
  guardKeyDrop,
  guardOutput,
  guardRejected,
  guardRowDrop,
  guardSnapshotAge,
  guardSnapshotOrder,
} from '../../tasks/inventory/guard/guards.ts';
import { NON_OVERRIDABLE, OVERRIDABLE_GUARDS } from '../../tasks/inventory/guard/override.ts';
import { openOmsWorld } from '../tasks/oms/oms_world.ts';
import { page, ROOT, tableBelow } from './pages.ts';

const sync = page('inventory_sync.md');

function tasksSource(): string {
  const names = readdirSync(path.join(ROOT, 'tasks'), { recursive: true, encoding: 'utf8' });
  const sources = names
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(path.join(ROOT, 'tasks', name), 'utf8'));
  // A sentence over two lines is one sentence.
  return sources.join('\n').replaceAll(/['`] \+\s+['`]/g, '');
}

test('the worked example is what the tasks make of it', async (t) => {
  const oms = await openOmsWorld(t);
  const evening = (time: string) =>
    Temporal.PlainDateTime.from(`2026-03-09T${time}`).toZonedDateTime(ZONE).toInstant().toString();
  const stores = ['S1', 'S2', 'S3', 'S4', 'S5'] as const;
  for (const store of stores) await oms.facility(store);
  await oms.product('P');
  // L is what is left of these once the shipments below have gone.
  for (const [store, stock] of [
    ['S1', 18],
    ['S2', 10],
    ['S3', 29],
    ['S4', 11],
    ['S5', 40],
  ] as const) {
    await oms.stock(store, 'P', stock);
  }
  const ship = (id: string, facility: string, quantity: number, time: string) =>
    oms.ship({ id, facility, product: 'P', quantity, at: evening(time) });
  const posting = { product: 'P' } as const;
  await ship('A', 'S1', 3, '21:00');
  await oms.posting({
    ...posting,
    id: 'A',
    of: 'A',
    facility: 'S1',
    diff: -3,
    sent: evening('21:05'),
    booked: '2026-03-10T04:30:00Z',
  });
  await ship('B', 'S2', 2, '21:30');
  await oms.posting({
    ...posting,
    id: 'B',
    of: 'B',
    facility: 'S3',
    diff: -2,
    sent: evening('21:35'),
    booked: evening('22:00'),
  });
  await oms.move('S4', 'P', -1, '2026-03-10T04:15:00Z');
  await ship('C', 'S5', 4, '22:30');
  await oms.posting({
    ...posting,
    id: 'C',
    of: 'C',
    facility: 'S5',
    diff: -4,
    sent: evening('22:50'),
    answered: evening('23:10'),
  });

  const table = tableBelow(sync, '## The arithmetic, as of T');
  const night = await oms.night(table.map(([store = '', rp = '']) => [store, 'SKU-P', rp]));
  assert.equal(night.frozen.snapshot_at, evening('23:00'));

  const posted = async (batch: string) => {
    const { rows } = await oms.pool.query<{ facility_id: string; diff: number }>(
      'select facility_id, quantity_diff::float8 as diff from audit.inventory_change where kind = $1',
      [batch],
    );
    return new Map(rows.map(({ facility_id, diff }) => [facility_id, diff]));
  };
  const resets = await posted('RESET');
  const variances = await posted('VARIANCE');
  const { rows: frozen } = await oms.pool.query<{ facility_id: string; l: number }>(
    'select facility_id, ledger_qoh_at_snapshot::float8 as l from oms.inventory_sync_expectation',
  );
  const ledger = new Map(frozen.map(({ facility_id, l }) => [facility_id, l]));
  const signed = (units: number) => (units > 0 ? `+${units}` : `${units}`);

  const expected: string[][] = [];
  for (const [store = '', rp = '', , , , afterT = '', , shelf = ''] of table) {
    const reset = resets.get(store);
    const onHand = (await oms.onHand(store, 'P'))?.qoh ?? 0;
    expected.push([
      store,
      rp,
      `${ledger.get(store)}`,
      reset === undefined ? '-' : signed(reset),
      reset === undefined ? '-' : signed(variances.get(store) ?? 0),
      afterT,
      `${onHand}`,
      shelf,
      rp,
    ]);
    // What the page says stands on the shelf is what the OMS has, where anybody can know.
    if (reset !== undefined) assert.equal(shelf, `${onHand}`);
  }
  assert.deepEqual(table, expected);
  assert.equal(night.frozen.ambiguous_keys, 1);
});

const ZONE = 'America/New_York';

test('the sentences of the guards are those that the tasks say', () => {
  const t = Temporal.Instant.from('2026-03-10T03:00:00Z');
  const said = [
    guardRowDrop(5, 10, 0.2),
    guardFacilityDrop({ S1: 5 }, { S1: 10 }, 0.2),
    guardActiveList(5, 10, 0.2),
    guardActiveList(0, 10, 0.2),
    guardFileRows(0),
    guardOutput(0, { rowsIn: 10, activeRows: 0 }),
    guardOutput(0, { rowsIn: 10, activeRows: 3 }),
    guardKeptDrop(5, 10, 0.2),
    guardKeyDrop(5, 10, 0.2),
    guardFacilityKeyDrop({ S1: 5 }, { S1: 10 }, 0.2),
    guardRejected(1, 10, 0.005),
    guardSnapshotAge(t, t.add({ hours: 26 }), 86_400_000),
    guardSnapshotOrder(t, t),
  ]
    .map((tripped) => tripped?.sentence ?? '')
    .concat(disagreements({ sha256: '', bytes: 1, rows: 1 }, { sha256: '', bytes: 2, rows: 1 }));
  const source = tasksSource();
  const isSaid = (sentence: string): boolean => {
    const fragments = sentence.split(/<[^>]*>/).filter((fragment) => fragment.trim().length > 3);
    assert.ok(fragments.length > 0, sentence);
    const form = new RegExp(
      sentence
        .split(/<[^>]*>/)
        .map(RegExp.escape)
        .join('.+'),
    );
    return said.some((real) => form.test(real)) || fragments.every((fragment) => source.includes(fragment));
  };

  const tasks = [...sync.text.matchAll(/^#### (\w+)$/gm)].map(([heading]) => heading);
  assert.equal(tasks.length, 5);
  const sentences = tasks.flatMap((heading) =>
    tableBelow(sync, heading).map(([cell = '']) => firstCode(cell)),
  );
  const lead = /^`(no file at [^`]+)`/m.exec(sync.text)?.[1] ?? '';
  assert.ok(sentences.length > 25);
  for (const sentence of [lead, ...sentences]) assert.ok(isSaid(sentence), `nobody says: ${sentence}`);
});

/** Returns the first code of a cell that goes on behind it. */
function firstCode(cell: string): string {
  return /`([^`]+)`/.exec(cell)?.[1] ?? cell;
}

test('the guards of the two tables are those that can be overridden, and those that cannot', () => {
  const heading = '### Overriding a guard for one night';
  const section = sync.text.slice(sync.text.indexOf(heading), sync.text.indexOf('### Rejected rows'));
  const [overridable = [], firm = []] = section
    .split('**What cannot be overridden.**')
    .map((part) => [...[...part.matchAll(/^\| `(\w+)` \|/gm)].map(([, name = '']) => name)]);
  assert.deepEqual(overridable, [...OVERRIDABLE_GUARDS]);
  assert.deepEqual(firm, [...NON_OVERRIDABLE.keys()]);
});

test('the figures of the report are keys of the outputs of tasks', () => {
  const source = tasksSource();
  const rows = tableBelow(sync, '## What the report says');
  assert.ok(rows.length >= 10);
  const figures = sync.text
    .slice(sync.text.indexOf('| figure | task |'))
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .slice(2);
  assert.ok(figures.length >= 10);
  for (const row of figures) {
    const keys = [...(row.split('|')[3] ?? '').matchAll(/`(\w+)`/g)].map(([, key = '']) => key);
    assert.ok(keys.length > 0, row);
    for (const key of keys) assert.match(source, new RegExp(`\\b${key}\\b`), row);
  }
});
