import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';
import { testDatabase } from '../support/database.ts';
import { allBlocks, blocksOf, page, ROOT, tableBelow } from './pages.ts';

const { pool } = await testDatabase({ after }, { migrations: ['runner', 'oms'] });
const audit = page('audit.md');

test('the queries on the audit page run as the auditor', async () => {
  const client = await pool.connect();
  try {
    await client.query('set role stockflow_auditor');
    const queries = blocksOf(audit, 'sql');
    assert.ok(queries.length >= 8);
    for (const { text, line } of queries) {
      await assert.doesNotReject(client.query(text), `docs/audit.md:${line}`);
    }
    await assert.rejects(client.query('select from stockflow.dag_run'), /permission denied/);
    await assert.rejects(client.query('delete from audit.event'), /permission denied/);
  } finally {
    client.release(true);
  }
});

test('every other query in the documentation runs', async () => {
  for (const { page: of, text, line } of allBlocks('sql')) {
    await assert.doesNotReject(pool.query(text), `${of.file}:${line}`);
  }
});

test('every view of schema audit is documented, column by column', async () => {
  const { rows } = await pool.query<{ view: string; columns: string[] }>(
    `select table_name as view, array_agg(column_name::text order by ordinal_position) as columns
       from information_schema.columns where table_schema = 'audit' group by table_name order by table_name`,
  );
  const documented = [...audit.text.matchAll(/^### audit\.(\w+)$/gm)].map(([, view = '']) => view);
  assert.deepEqual(
    documented.toSorted(),
    rows.map(({ view }) => view),
  );
  for (const { view, columns } of rows) {
    const names = tableBelow(audit, `### audit.${view}`).map(([name]) => name);
    assert.deepEqual(names, columns, view);
  }
});

test('every action that is recorded is documented', () => {
  const nouns = 'backfill|dag|schedule|run|task|attempt|pool|history';
  const recorded = new Set<string>();
  for (const name of readdirSync(path.join(ROOT, 'runner'), { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.ts') || name.endsWith('failpoint.ts')) continue;
    const source = readFileSync(path.join(ROOT, 'runner', name), 'utf8').replaceAll(
      /failpoint\('[^']*'\)/g,
      '',
    );
    for (const [, action = ''] of source.matchAll(new RegExp(`'((?:${nouns})\\.[a-z_]+)'`, 'g')))
      recorded.add(action);
  }
  const section = audit.text.slice(audit.text.indexOf('| action | when |'));
  const documented = [...section.matchAll(/`([a-z]+\.[a-z_]+)`/g)]
    .map(([, action = '']) => action)
    .filter((action) => new RegExp(`^(${nouns})\\.`).test(action));
  assert.deepEqual(documented.toSorted(), [...recorded].sort());
});
