import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { testDatabase } from '../../support/postgres/database.ts';
import { schemaText } from '../../support/postgres/schema_text.ts';

/** The schema as the migrations leave it, kept beside the test so that a change of it shows in review. */
const GOLDEN = path.join(import.meta.dirname, 'schema.txt');

test('the migrations make just the schema that is kept beside this test', async (t) => {
  const { pool } = await testDatabase(t, { migrations: ['runner', 'oms'] });
  const { rows } = await pool.query<{ version: number }>(
    `select current_setting('server_version_num')::integer as version`,
  );
  // Postgres words its definitions anew with its versions; the kept text is in the words of the embedded one.
  if ((rows[0]?.version ?? 0) < 180_000) {
    t.diagnostic('compared on Postgres 18 only');
    return;
  }
  const found = await schemaText(pool);
  if (process.env.UPDATE_GOLDEN === '1') await writeFile(GOLDEN, found);
  assert.equal(found, await readFile(GOLDEN, 'utf8'), 'UPDATE_GOLDEN=1 writes the new one; read its diff');
});

test('an auditor may read the views and nothing else', async (t) => {
  const { pool } = await testDatabase(t, { migrations: ['runner', 'oms'] });
  const client = await pool.connect();
  try {
    await client.query('set role stockflow_auditor');
    for (const view of [
      'run',
      'task',
      'attempt',
      'event',
      'event_seal',
      'file',
      'missing_date',
      'dag_version',
    ]) {
      await client.query(`select * from audit.${view}`);
    }
    await client.query('select * from audit.inventory_change');
    await client.query('select * from audit.inventory_proof');
    await assert.rejects(client.query('select * from stockflow.dag_run'), /permission denied/);
    await assert.rejects(client.query('delete from audit.event'), /permission denied/);
    await assert.rejects(client.query('select * from oms.product'), /permission denied/);
  } finally {
    client.release(true);
  }
});
