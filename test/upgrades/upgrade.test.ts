/** Databases of earlier versions, as their own commands and workers left them, brought to this one. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Pool } from 'pg';
import { z } from 'zod';
import { Worker } from '../../runner/engine/worker/worker.ts';
import { defineTask } from '../../runner/task.ts';
import { cliProject } from '../runner/commands/cli_project.ts';
import { testLog } from '../support/engine/engine.ts';
import { testDatabase } from '../support/postgres/database.ts';
import { schemaText } from '../support/postgres/schema_text.ts';
import { until } from '../support/until.ts';
import { BACKFILL } from './history.ts';
import { digestAgain, digestRows, endWaits, loadKeptDatabase } from './kept_database.ts';
import { VERSIONS } from './version_tree.ts';

/** The type that held, failed and deferred in the earlier version; here everything succeeds. */
const step = defineTask({
  type: 'step',
  description: 'does what it is told',
  params: z.strictObject({ do: z.string() }),
  async run({ params, run, files }) {
    if (params.do === 'write')
      await files.publish('artifact:counts.csv', new TextEncoder().encode(`sku,qty\n${run.runId},1\n`));
    if (params.do === 'read') return new TextDecoder().decode(await files.read('artifact:counts.csv'));
    return params.do;
  },
});

async function startWorker(url: string): Promise<Worker> {
  return await Worker.start({
    databaseUrl: url,
    taskTypes: { byName: new Map([['step', step]]), broken: new Map(), files: new Map(), sourceHash: 'test' },
    projectDir: '.',
    dagsDir: null,
    env: {},
    concurrency: 8,
    codeVersion: 'upgraded',
    log: testLog,
  });
}

/** The runs by DAG, from the oldest, as `state`. */
async function runStates(pool: Pool): Promise<Readonly<Record<string, readonly string[]>>> {
  const { rows } = await pool.query<{ dagId: string; states: string[] }>(
    `select dag_id as "dagId", array_agg(state order by run_id) as states from stockflow.dag_run
      where run_type in ('manual', 'backfill') group by dag_id order by dag_id`,
  );
  return Object.fromEntries(rows.map(({ dagId, states }) => [dagId, states]));
}

describe('upgrades', { concurrency: true }, () => {
  for (const { name } of VERSIONS) {
    test(`a database of ${name} is brought to this version: rows kept, history verified, pending work goes on and ends`, async (t) => {
      const { url, pool } = await loadKeptDatabase(t, name);
      const project = await cliProject(t, { DATABASE_URL: url });
      assert.deepEqual(await runStates(pool), {
        broken: ['failed'],
        cancelled: ['cancelled'],
        held: ['running', 'queued'],
        nightly: ['success', 'running'],
        polling: ['running'],
        retrying: ['running'],
        tidy: ['success', 'success'],
        waiting: ['running'],
      });
      const before = await digestRows(pool);
      const head = (await pool.query('select hash from stockflow.event_seal order by seal_id desc limit 1'))
        .rows[0]?.hash;

      const planned = await project.run(['migrate', '--dry-run', '--oms', '-o', 'json']);
      assert.equal(planned.code, 0, planned.stderr);
      assert.deepEqual(await digestRows(pool), before, 'a dry run changes nothing');
      const migrated = await project.run(['migrate', '--oms', '-o', 'json']);
      assert.equal(migrated.code, 0, migrated.stderr);
      const namesOf = (stdout: string) =>
        JSON.parse(stdout).map((row: { set: string; name: string }) => `${row.set}/${row.name}`);
      assert.deepEqual(namesOf(planned.stdout), namesOf(migrated.stdout), 'the dry run has said it');
      assert.deepEqual(await digestAgain(pool, before), before, 'every row as it was');

      const fresh = await testDatabase(t, { migrations: ['runner', 'oms'] });
      // The queue's own tables are its library's.
      const upgraded = (await schemaText(pool)).replaceAll(/^.* graphile_worker\..*\n/gm, '');
      assert.equal(upgraded, await schemaText(fresh.pool));

      await endWaits(pool);
      await using _worker = await startWorker(url);
      const unfinished = async () =>
        (
          await pool.query(
            `select from stockflow.dag_run where state in ('queued', 'running')
           union all select from stockflow.backfill where state = 'running'`,
          )
        ).rowCount === 0
          ? true
          : null;
      await until('all pending work to end', unfinished, 60_000);
      assert.deepEqual(await runStates(pool), {
        broken: ['failed'],
        cancelled: ['cancelled'],
        held: ['success', 'success'],
        nightly: ['success', 'success', 'success', 'success'],
        polling: ['success'],
        retrying: ['success'],
        tidy: ['success', 'success'],
        waiting: ['success'],
      });
      const { rows: dates } = await pool.query(
        `select min(business_date)::text as from, max(business_date)::text as to from stockflow.dag_run where dag_id = 'nightly' and run_type = 'backfill'`,
      );
      assert.deepEqual(dates[0], BACKFILL);

      await until('the new events to be sealed', async () =>
        (
          await pool.query(
            `select from stockflow.event e
            where not exists (select from stockflow.event_seal s where e.event_id = any(s.event_ids))`,
          )
        ).rowCount === 0
          ? true
          : null,
      );
      const verified = await project.run(['audit', 'verify', '--head', head]);
      assert.equal(verified.code, 0, verified.stdout + verified.stderr);
    });
  }
});
