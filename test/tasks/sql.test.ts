import assert from 'node:assert/strict';
import { after, type TestContext, test } from 'node:test';
import type { Pool } from 'pg';
import { loadDag } from '../../runner/core/dag_file/parse.ts';
import { formatProblem } from '../../runner/core/dag_file/problem.ts';
import type { CheckableType } from '../../runner/core/dag_file/task_types.ts';
import { DeferTask, FailTask, SkipTask } from '../../runner/task.ts';
import { openTaskWorld } from '../../runner/testing.ts';
import sql from '../../tasks/sql.ts';
import waitForSql from '../../tasks/wait_for_sql.ts';
import { testDatabase } from '../support/postgres/database.ts';
import { until } from '../support/until.ts';

const { pool } = await testDatabase({ after });
await pool.query(
  'create table booking (booking_id integer generated always as identity, store text, quantity integer)',
);
const world = await openTaskWorld({ postgres: { shop: pool }, now: '2026-03-10T05:00:00Z' });
after(() => world[Symbol.asyncDispose]());

const FILES = 'test/fixtures/sql';
const book = { connection: 'shop', statement: `${FILES}/book.sql` };

async function emptied(db: Pool): Promise<void> {
  await db.query('truncate booking restart identity');
}

async function booked(db: Pool): Promise<readonly string[]> {
  const { rows } = await db.query<{ store: string }>('select store from booking order by booking_id');
  return rows.map(({ store }) => store);
}

test('values are bound, never spliced: a text that is SQL stays a text', async () => {
  await emptied(pool);
  const hostile = "S1'); drop table booking; --";
  const output = await world.run(sql, { ...book, values: [[hostile, 'S2'], 3] });
  assert.deepEqual(output, {
    row_count: 2,
    rows: [
      { booking_id: 1, store: hostile, quantity: 3 },
      { booking_id: 2, store: 'S2', quantity: 3 },
    ],
    // sha256sum test/fixtures/sql/book.sql
    statement_sha256: 'c3e42e1c8c25708ed74090e03c98032fd7c0e2b8623f4b299ad781ad2e937bf0',
  });
  assert.deepEqual(await booked(pool), [hostile, 'S2']);
});

test('too few or too many rows change nothing and are not retried', async () => {
  await emptied(pool);
  const values = [['S1', 'S2'], 1];
  await assert.rejects(world.run(sql, { ...book, values, max_rows: 1 }), {
    name: 'FailTask',
    message: `${FILES}/book.sql: 2 rows, and at most 1 may be (max_rows); nothing was changed`,
  });
  await assert.rejects(
    world.run(sql, { ...book, values, min_rows: 3 }),
    /at least 3 must be there \(min_rows\)/,
  );
  assert.deepEqual(await booked(pool), []);
});

test('a read-only transaction refuses to write, for good', async () => {
  await emptied(pool);
  await assert.rejects(world.run(sql, { ...book, values: [['S1'], 1], read_only: true }), (error) => {
    assert.ok(error instanceof FailTask);
    assert.match(error.message, /cannot execute INSERT in a read-only transaction/);
    return true;
  });
});

test('the rows are JSON, exact numbers and dates as text', async () => {
  const output = await world.run(sql, {
    connection: 'shop',
    statement: `${FILES}/values.sql`,
    read_only: true,
  });
  assert.deepEqual(output && typeof output === 'object' && 'rows' in output ? output.rows : null, [
    {
      big: 7,
      exact: '1.50',
      day: '2026-03-10',
      odd: 'NaN',
      bytes: '\\x00ff',
      nothing: null,
      json: { a: [1] },
      at: '2026-03-10T05:00:00Z',
    },
  ]);
});

test('rows beyond 1 MB fail, and are counted if only their number is wanted', async () => {
  const many = { connection: 'shop', statement: `${FILES}/many.sql`, values: [2000] };
  await assert.rejects(world.run(sql, many), /need more than 1 MB of JSON.*\(2000 rows\).*output: row_count/);
  const counted = await world.run(sql, { ...many, output: 'row_count' });
  assert.equal(counted && typeof counted === 'object' && 'row_count' in counted && counted.row_count, 2000);
});

test('an error of the statement names file, line and column, and is not retried', async () => {
  const run = world.run(sql, { connection: 'shop', statement: `${FILES}/wrong_column.sql` });
  await assert.rejects(run, (error) => {
    assert.ok(error instanceof FailTask);
    assert.match(
      error.message,
      /^test\/fixtures\/sql\/wrong_column\.sql:2:8: column "quantitty" does not exist/,
    );
    return true;
  });
});

test('with once, an attempt after the commit gets the first output and changes nothing', async () => {
  await emptied(pool);
  const once = { ...book, values: [['S1'], 4], once: true };
  await assert.rejects(world.run(sql, once), /create table stockflow_sql_done/);
  await pool.query(
    'create table stockflow_sql_done (key text primary key, output jsonb, done_at timestamptz not null default now())',
  );
  const first = await world.run(sql, once);
  assert.deepEqual(await world.run(sql, once, { attempt: { number: 2, token: 'attempt-2' } }), first);
  assert.deepEqual(await booked(pool), ['S1']);
  // Another run does its own work.
  await world.run(sql, once, { run: { runId: '2' } });
  assert.deepEqual(await booked(pool), ['S1', 'S1']);
});

test('an abort cancels the statement on the server, and nothing of it stays', async (t: TestContext) => {
  await emptied(pool);
  const holder = await pool.connect();
  t.after(async () => holder.release());
  await holder.query('begin; lock table booking in exclusive mode');
  const controller = new AbortController();
  const run = world.run(sql, { ...book, values: [['S1'], 1] }, { signal: controller.signal });
  const waiting = () =>
    pool.query("select from pg_stat_activity where wait_event_type = 'Lock' and query like '%One booking%'");
  await until('the statement to wait', async () => (await waiting()).rowCount);
  controller.abort(new Error('cancelled by the operator'));
  await assert.rejects(run, /cancelled by the operator/);
  assert.equal((await waiting()).rowCount, 0);
  await holder.query('rollback');
  assert.deepEqual(await booked(pool), []);
});

test('a missing or unsafe statement file is a problem of the DAG file, with its position', () => {
  const types = new Map<string, CheckableType>([
    ['sql', sql],
    ['wait_for_sql', waitForSql],
  ]);
  const text = `dag_id: closing
timezone: UTC
schedule: null
tasks:
  - {task_id: a, type: sql, with: {connection: shop, statement: dags/sql/no_such.sql}}
  - {task_id: b, type: wait_for_sql, with: {connection: shop, statement: ../other.sql}}
  - {task_id: c, type: sql, with: {connection: shop, statement: ${FILES}/book.sql, min_rows: 3, max_rows: 2}}
`;
  assert.deepEqual(loadDag(text, 'dags/closing.yaml', { taskTypes: types }).problems.map(formatProblem), [
    `dags/closing.yaml:5:65 tasks[0].with.statement: there is no file dags/sql/no_such.sql below ${process.cwd()}`,
    'dags/closing.yaml:6:74 tasks[1].with.statement: "../other.sql" is not the path of a .sql file below the project, such as dags/sql/close_day.sql',
    'dags/closing.yaml:7:103 tasks[2].with.min_rows: is more than max_rows',
  ]);
});

test('wait_for_sql defers until its row or true comes, and ends at its time-out', async () => {
  await emptied(pool);
  const wait = {
    connection: 'shop',
    statement: `${FILES}/is_complete.sql`,
    values: [2],
    until: 'true' as const,
  };
  const due = Temporal.Instant.from('2026-03-10T05:01:00Z');
  await assert.rejects(world.run(waitForSql, wait), (error) => {
    assert.ok(error instanceof DeferTask);
    assert.equal(error.message, `${FILES}/is_complete.sql returns false, and true is waited for`);
    assert.ok(error.until.equals(due));
    return true;
  });
  const startedAt = Temporal.Instant.from('2026-03-10T04:00:00Z');
  const late = { ...wait, timeout: '1h' };
  await assert.rejects(world.run(waitForSql, late, { attempt: { startedAt } }), FailTask);
  await assert.rejects(
    world.run(waitForSql, { ...late, on_timeout: 'skip' }, { attempt: { startedAt } }),
    SkipTask,
  );
  // The last look is at the deadline, however long the interval.
  const deadlineAt = Temporal.Instant.from('2026-03-10T05:00:20Z');
  await assert.rejects(world.run(waitForSql, wait, { attempt: { deadlineAt } }), (error) => {
    return error instanceof DeferTask && error.until.equals(deadlineAt);
  });
  await pool.query("insert into booking (store, quantity) values ('S1', 1), ('S2', 1)");
  assert.deepEqual(await world.run(waitForSql, wait), { row: { is_complete: true }, row_count: 1 });
  const rows = await world.run(waitForSql, {
    connection: 'shop',
    statement: `${FILES}/bookings.sql`,
    values: [1],
  });
  assert.deepEqual(rows, { row: { store: 'S1', units: 1, is_complete: true }, row_count: 2 });
});
