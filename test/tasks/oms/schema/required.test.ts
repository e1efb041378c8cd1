/** Holds the declared tables against the statements of the sync. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PoolClient } from 'pg';
import { createTableSql } from '../../../../tasks/oms/schema/findings/create_table.ts';
import { REQUIRED_TABLES } from '../../../../tasks/oms/schema/required/tables.ts';
import { testDatabase } from '../../../support/postgres/database.ts';
import {
  complaintOn,
  createWorkingTables,
  LOCK_FILE,
  planComplaint,
  STATEMENTS,
  textOf,
} from './statements.ts';

/** The column that no statement names: it tells people when the row was written. */
const FOR_PEOPLE = ['inventory_sync_freeze.frozen_at'];
const ROLE = `stockflow_required_${process.pid}`;

test('the declared tables are exactly what the statements need', async (t) => {
  const { pool } = await testDatabase(t);
  const client = await pool.connect();
  // Before the database goes, which waits for its sessions.
  await using stack = new AsyncDisposableStack();
  stack.defer(async () => client.release(true));
  await client.query('begin; create schema oms');
  for (const table of REQUIRED_TABLES) await client.query(createTableSql(table));
  await createWorkingTables(client);
  // The reads of a shadow run are bounded by settings.
  await client.query(textOf('shadow/read/set_scope.sql'), [[], 'infinity', 'RETAIL_PRO', '2026-03-10']);
  assert.ok(STATEMENTS.length > 70);

  await t.test('each statement is planned on a database with nothing but them', async () => {
    for (const statement of STATEMENTS) {
      assert.equal(await planComplaint(client, statement), null, statement.file);
    }
    await client.query(textOf(LOCK_FILE));
  });

  await t.test('each column is named by a statement', async () => {
    const unused: string[] = [];
    for (const { name, columns } of REQUIRED_TABLES) {
      for (const column of Object.keys(columns)) {
        if (!(await isNeeded(client, name, column))) unused.push(`${name}.${column}`);
      }
    }
    assert.deepEqual(unused, FOR_PEOPLE);
  });

  await t.test('each right is used by a statement, and no other is needed', async () => {
    await client.query(`create role ${ROLE}; grant usage on schema oms to ${ROLE}`);
    const { rows: working } = await client.query<{ name: string }>(
      "select relname as name from pg_class where relnamespace = pg_my_temp_schema() and relkind in ('r', 'v')",
    );
    for (const { name } of working) await client.query(`grant all on pg_temp.${name} to ${ROLE}`);
    const grants = REQUIRED_TABLES.flatMap(
      ({ name, rights: { select, insert, update, delete: deletes } }) => [
        ...(select ? [`select on oms.${name}`] : []),
        ...(insert ? [`insert on oms.${name}`] : []),
        ...(deletes ? [`delete on oms.${name}`] : []),
        ...(update === undefined
          ? []
          : update === 'all'
            ? [`update on oms.${name}`]
            : update.map((column) => `update (${column}) on oms.${name}`)),
      ],
    );
    for (const grant of grants) await client.query(`grant ${grant} to ${ROLE}`);
    assert.equal(await refused(client, ''), null);
    for (const grant of grants) {
      await client.query(`savepoint lacking; revoke ${grant} from ${ROLE}`);
      assert.notEqual(await refused(client, grant.split(' on oms.')[1] ?? ''), null, grant);
      await client.query('rollback to lacking');
    }
  });
});

async function isNeeded(client: PoolClient, table: string, column: string): Promise<boolean> {
  await client.query(`savepoint whole; alter table oms.${table} drop column ${column} cascade`);
  try {
    for (const statement of STATEMENTS.filter(({ text }) => text.includes(column))) {
      if ((await complaintOn(client, statement)) !== null) return true;
    }
    return false;
  } finally {
    await client.query('rollback to whole');
  }
}

/** Returns the first statement with the word that the role may not run. */
async function refused(client: PoolClient, word: string): Promise<string | null> {
  await client.query(`savepoint as_role; set local role ${ROLE}`);
  try {
    for (const statement of STATEMENTS.filter(({ text }) => text.includes(word))) {
      if ((await planComplaint(client, statement)) !== null) return statement.file;
    }
    if (!textOf(LOCK_FILE).includes(word)) return null;
    return await client.query(textOf(LOCK_FILE)).then(
      () => null,
      () => LOCK_FILE,
    );
  } finally {
    await client.query('rollback to as_role');
  }
}
