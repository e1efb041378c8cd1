import assert from 'node:assert/strict';
import { test } from 'node:test';
import { spanIdOf, traceIdOf, uuidOf } from '../../../../runner/core/feed/ids.ts';
import { summariseStatement } from '../../../../runner/core/feed/statement_summary.ts';

const run = { runId: 12, dagId: 'night', createdAt: Temporal.Instant.from('2026-03-08T06:00:00.123456Z') };

test('the ids of a run follow from it alone, and differ between runs, attempts, uses and installations', () => {
  const attempt = { taskInstanceId: 7, attemptNumber: 1 };
  assert.match(traceIdOf(run), /^[0-9a-f]{32}$/);
  assert.equal(traceIdOf(run), traceIdOf({ ...run }));
  const elsewhere = { ...run, createdAt: run.createdAt.add({ microseconds: 1 }) };
  const spans = [
    spanIdOf(run, null),
    spanIdOf(run, attempt),
    spanIdOf(run, { ...attempt, attemptNumber: 2 }),
    spanIdOf(run, { ...attempt, taskInstanceId: 8 }),
    spanIdOf(elsewhere, null),
  ];
  assert.equal(new Set(spans).size, 5);
  for (const id of spans) assert.match(id, /^[0-9a-f]{16}$/);
  assert.match(uuidOf(run, attempt), /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.notEqual(uuidOf(run, attempt), uuidOf(run, null));
});

test('a statement is summarised by its verb and its table, and never by a value', () => {
  const cases = [
    ["insert into shop.count (sku) values ('a')", 'INSERT shop.count'],
    ['  -- why\n update only "Shop".item set x = 1', 'UPDATE Shop.item'],
    ['delete from count where sku = $1', 'DELETE count'],
    ['select * from count c join item i using (sku)', 'SELECT count'],
    ["select 'from secret' as x from count", 'SELECT'],
    ['copy shop.count (sku) from stdin', 'COPY shop.count'],
    ['with a as (select 1) select * from a', 'WITH'],
    ['begin', 'BEGIN'],
    ['', 'STATEMENT'],
  ];
  for (const [text = '', summary] of cases) assert.equal(summariseStatement(text).summary, summary, text);
});
