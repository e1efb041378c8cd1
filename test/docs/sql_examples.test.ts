import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';
import { testDatabase } from '../support/postgres/database.ts';
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

test('every view of schema audit is described, column by column, in the same words here and in the database', async () => {
  const { rows } = await pool.query<{
    view: string;
    comment: string | null;
    columns: [string, string | null][];
  }>(
    `select c.relname::text as view, obj_description(c.oid, 'pg_class') as comment,
            json_agg(json_build_array(a.attname, col_description(c.oid, a.attnum)) order by a.attnum) as columns
       from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0
      where c.relnamespace = 'audit'::regnamespace group by c.oid, c.relname order by c.relname`,
  );
  const documented = [...audit.text.matchAll(/^### audit\.(\w+)$/gm)].map(([, view = '']) => view);
  assert.deepEqual(
    documented.toSorted(),
    rows.map(({ view }) => view),
  );
  for (const { view, comment, columns } of rows) {
    const described = tableBelow(audit, `### audit.${view}`).map(([name = '', meaning = '']) => [
      name,
      plain(meaning),
    ]);
    assert.deepEqual(described, columns, view);
    const [, lead = ''] = new RegExp(`^### audit\\.${view}\n\n([^\n]+)$`, 'm').exec(audit.text) ?? [];
    assert.equal(comment, plain(lead), view);
    for (const [name, meaning] of columns) assert.ok((meaning ?? '').length > 5, `${view}.${name}`);
  }
});

/** Without the marks of links and code. */
function plain(markdown: string): string {
  return markdown.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').replaceAll('`', '');
}

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
  const cells = tableBelow(audit, '### Actions').map(([cell = '']) => `\`${cell}\``);
  const documented = [...cells.join(' ').matchAll(/`([a-z]+\.[a-z_]+)`/g)]
    .map(([, action = '']) => action)
    .filter((action) => new RegExp(`^(${nouns})\\.`).test(action));
  assert.deepEqual(documented.toSorted(), [...recorded].sort());
});
