import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tableLocks } from '../../../../runner/core/schema/table_locks.ts';

const locks = (sql: string) =>
  tableLocks(sql).map(
    ({ table, mode, readsTable }) => `${table} ${mode}${readsTable ? ' reads the table' : ''}`,
  );

test('each statement takes its lock, and a table has the strongest of them', () => {
  assert.deepEqual(locks('create index by_sku on s.shelf (sku);'), ['s.shelf ShareLock reads the table']);
  assert.deepEqual(
    locks(
      'comment on column s.shelf.sku is $$x; alter table s.rack add y int$$; ALTER TABLE s.shelf add n int;',
    ),
    ['s.shelf AccessExclusiveLock'],
  );
  assert.deepEqual(locks('create trigger t after insert on s.shelf for each row execute function s.f();'), [
    's.shelf ShareRowExclusiveLock',
  ]);
  assert.deepEqual(locks('update s.shelf set n = 1; delete from s.rack;'), [
    's.shelf RowExclusiveLock reads the table',
    's.rack RowExclusiveLock reads the table',
  ]);
});

test('a constraint reads the table, unless it is not valid yet', () => {
  assert.deepEqual(locks('alter table s.shelf add constraint c check (n > 0);'), [
    's.shelf AccessExclusiveLock reads the table',
  ]);
  assert.deepEqual(locks('alter table s.shelf add constraint c check (n > 0) not valid;'), [
    's.shelf AccessExclusiveLock',
  ]);
});

test('a table that the file makes has no user yet, but what it refers to has', () => {
  assert.deepEqual(
    locks('create table s.bin (sku text references s.shelf); create index i on s.bin (sku);'),
    ['s.shelf ShareRowExclusiveLock'],
  );
});

test('comments and quoted texts are no statements', () => {
  assert.deepEqual(locks("-- drop table s.shelf;\nselect 'it''s; drop table s.rack; ';"), []);
});
