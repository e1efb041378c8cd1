import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  OPERATOR_RUN_TRANSITIONS,
  OPERATOR_TASK_TRANSITIONS,
  RUN_STATES,
  RUN_TRANSITIONS,
  TASK_STATES,
  TASK_TRANSITIONS,
} from '../../../runner/core/run/states.ts';
import { testDatabase } from '../../support/postgres/database.ts';

const MACHINES = [
  { name: 'run', states: RUN_STATES, ordinary: RUN_TRANSITIONS, byOperator: OPERATOR_RUN_TRANSITIONS },
  { name: 'task', states: TASK_STATES, ordinary: TASK_TRANSITIONS, byOperator: OPERATOR_TASK_TRANSITIONS },
] as const;

test('code and database allow the same transitions, for every pair of states', async (t) => {
  const { pool } = await testDatabase(t, { migrations: ['runner'] });
  for (const { name, states, ordinary, byOperator } of MACHINES) {
    const inCode = (before: string, after: string, operator: boolean): boolean => {
      const plain = Object.entries<readonly string[]>(ordinary).some(
        ([from, to]) => from === before && to.includes(after),
      );
      const asked = Object.entries<readonly string[]>(byOperator).some(
        ([from, to]) => from === before && to.includes(after),
      );
      return plain || (operator && asked);
    };
    const { rows } = await pool.query<{ before: string; after: string; operator: boolean; allowed: boolean }>(
      `select b.state as before, a.state as after, o.operator,
              coalesce(stockflow.is_${name}_transition(b.state, a.state, o.operator), false) as allowed
         from unnest($1::text[]) as b(state), unnest($1::text[]) as a(state), unnest(array[true, false]) as o(operator)
        where b.state <> a.state`,
      [states],
    );
    assert.equal(rows.length, states.length * (states.length - 1) * 2);
    for (const { before, after, operator, allowed } of rows) {
      assert.equal(
        allowed,
        inCode(before, after, operator),
        `${name}: ${before} -> ${after}, operator ${operator}`,
      );
    }
  }
});

test('the states that the tables accept are those of the code', async (t) => {
  const { pool } = await testDatabase(t, { migrations: ['runner'] });
  for (const [constraint, states] of [
    ['run_state_is_known', RUN_STATES],
    ['task_state_is_known', TASK_STATES],
  ] as const) {
    const { rows } = await pool.query<{ definition: string }>(
      'select pg_get_constraintdef(oid) as definition from pg_constraint where conname = $1',
      [constraint],
    );
    const inSql = [...(rows[0]?.definition ?? '').matchAll(/'([a-z_]+)'/g)].map(([, state]) => state);
    assert.deepEqual(inSql.toSorted(), [...states].toSorted());
  }
});

test('a terminal state is changed by nobody but an operator', async (t) => {
  const { pool } = await testDatabase(t, { migrations: ['runner'] });
  await pool.query(`insert into stockflow.dag (dag_id, file) values ('d', 'd.yaml')`);
  await pool.query(
    `insert into stockflow.dag_version (dag_id, sha256, source, file) values ('d', repeat('0', 64), '', 'd.yaml')`,
  );
  await pool.query(
    `insert into stockflow.dag_run (dag_id, dag_version_id, run_type, state, scheduled_for, business_date, actor, started_at, finished_at)
     select 'd', dag_version_id, 'manual', 'success', now(), current_date, 'test', now(), now() from stockflow.dag_version`,
  );
  const reopen = `update stockflow.dag_run set state = 'queued', finished_at = null`;
  await assert.rejects(pool.query(reopen), /success cannot become queued/);
  const client = await pool.connect();
  try {
    await client.query('begin');
    await client.query(`set local stockflow.operator = 'on'`);
    await client.query(reopen);
    await client.query('commit');
  } finally {
    client.release();
  }
  await assert.rejects(pool.query(reopen.replace('queued', 'success')), /check|cannot become/);
});

test('events are only ever added', async (t) => {
  const { pool } = await testDatabase(t, { migrations: ['runner'] });
  await pool.query(`insert into stockflow.event (actor, channel, action) values ('test', 'cli', 'x')`);
  for (const statement of [
    `update stockflow.event set reason = 'y'`,
    'delete from stockflow.event',
    'truncate stockflow.event',
  ]) {
    await assert.rejects(pool.query(statement), /append-only/);
  }
});
