import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pool } from 'pg';
import { pauseDag, resumeDag } from '../../../../runner/engine/dags/pause.ts';
import { DagVersions } from '../../../../runner/engine/dags/versions.ts';
import { scheduleDag } from '../../../../runner/engine/schedule/schedule_dag.ts';
import { findDag } from '../../../../runner/store/dag/dag.ts';
import { listRuns } from '../../../../runner/store/run/dag_run.ts';
import { testEngine } from '../../../support/engine/engine.ts';
import { startWorkerProcess } from '../../../support/engine/processes.ts';
import { stepDag, steps } from '../../../support/engine/task_types.ts';
import { until } from '../../../support/until.ts';

const by = { actor: 'operator', channel: 'cli' } as const;

/** Makes the schedule stand as if nobody had looked for `hours`. */
async function forget(pool: Pool, dagId: string, hours: number): Promise<void> {
  await pool.query(
    `update stockflow.dag set schedule_cursor = now() - $2 * interval '1 hour' where dag_id = $1`,
    [dagId, hours],
  );
}

/** Runs oldest first, as whole hours ago. */
async function hoursAgo(pool: Pool, dagId: string): Promise<readonly (readonly [string, number])[]> {
  const { rows } = await pool.query<{ type: string; hours: number }>(
    `select run_type as type, floor(extract(epoch from date_trunc('hour', now()) - scheduled_for) / 3600)::integer as hours
       from stockflow.dag_run where dag_id = $1 order by scheduled_for`,
    [dagId],
  );
  return rows.map(({ type, hours }) => [type, hours]);
}

/** Whether the last full hour struck less than MISSED_AFTER ago, by the database's clock. */
async function isFresh(pool: Pool): Promise<boolean> {
  const { rows } = await pool.query<{ fresh: boolean }>(
    `select now() - date_trunc('hour', now()) <= interval '5 minutes' as fresh`,
  );
  return rows[0]?.fresh ?? false;
}

test('schedules', async (t) => {
  const step = steps();
  const engine = await testEngine(t, [step.type]);
  const { pool } = engine;
  const versions = new DagVersions(pool);
  const hourly = (dagId: string, ...extra: readonly string[]) =>
    engine.writeDag(
      dagId,
      stepDag(dagId, ['task_id: only'], ['schedule: "0 * * * *"', 'max_active_runs: 100', ...extra]),
    );

  await t.test('a new DAG owes nothing for the time before it was there', async () => {
    await hourly('fresh', 'catchup: all');
    await scheduleDag(pool, versions, 'fresh');
    assert.deepEqual(await listRuns(pool, { dagId: 'fresh', limit: 10 }), []);
    const row = await findDag(pool, 'fresh');
    assert.ok(
      row?.nextScheduledFor && Temporal.Instant.compare(row.nextScheduledFor, Temporal.Now.instant()) > 0,
    );
  });

  await t.test(
    'catchup all runs each missed instant within its window, and says which lie outside',
    async () => {
      await hourly('all_of_it', 'catchup: all', 'catchup_window: 3h');
      await forget(pool, 'all_of_it', 10);
      await scheduleDag(pool, versions, 'all_of_it');
      assert.deepEqual(
        (await hoursAgo(pool, 'all_of_it')).map(([, hours]) => hours),
        [2, 1, 0],
      );
      const { rows } = await pool.query<{ decision: string; count: number }>(
        `select decision, count(*)::integer as count from stockflow.due_instant where dag_id = 'all_of_it'
        group by decision order by decision`,
      );
      assert.deepEqual(rows, [
        { decision: 'missed', count: 7 },
        { decision: 'run', count: 3 },
      ]);
      const missing = await pool.query(
        `select from audit.missing_date where dag_id = 'all_of_it' and decision = 'missed'`,
      );
      assert.equal(missing.rowCount, 7);
    },
  );

  await t.test('catchup latest runs the newest missed instant only', async () => {
    await hourly('newest', 'catchup: latest', 'catchup_window: 24h');
    await forget(pool, 'newest', 10);
    await scheduleDag(pool, versions, 'newest');
    assert.deepEqual(
      (await hoursAgo(pool, 'newest')).map(([, hours]) => hours),
      [0],
    );
  });

  await t.test('catchup none drops what was missed, but not what is merely late', async () => {
    await hourly('none_of_it', 'catchup: none');
    await forget(pool, 'none_of_it', 10);
    await scheduleDag(pool, versions, 'none_of_it');
    assert.deepEqual(
      (await hoursAgo(pool, 'none_of_it')).map(([, hours]) => hours),
      (await isFresh(pool)) ? [0] : [],
    );
  });

  await t.test('a second check plans nothing', async () => {
    const before = await hoursAgo(pool, 'all_of_it');
    await scheduleDag(pool, versions, 'all_of_it');
    assert.deepEqual(await hoursAgo(pool, 'all_of_it'), before);
  });

  await t.test('concurrent checks make one run for each instant', async () => {
    await hourly('crowd', 'catchup: all', 'catchup_window: 24h');
    await forget(pool, 'crowd', 6);
    await Promise.all(Array.from({ length: 12 }, () => scheduleDag(pool, new DagVersions(pool), 'crowd')));
    assert.deepEqual(
      (await hoursAgo(pool, 'crowd')).map(([, hours]) => hours),
      [5, 4, 3, 2, 1, 0],
    );
  });

  await t.test(
    'under catchup none nothing runs at resume, and pause and resume are recorded with who and why',
    async () => {
      await hourly('paused', 'catchup: none');
      await pauseDag(pool, 'paused', { by, reason: 'stocktaking' });
      await forget(pool, 'paused', 30);
      await scheduleDag(pool, versions, 'paused');
      await resumeDag(pool, 'paused', { by, reason: 'done' });
      await scheduleDag(pool, versions, 'paused');
      assert.deepEqual(await hoursAgo(pool, 'paused'), []);
      const { rows } = await pool.query(
        `select action, actor, reason from audit.event where dag_id = 'paused' and channel = 'cli' order by event_id`,
      );
      assert.deepEqual(rows, [
        { action: 'dag.paused', actor: 'operator', reason: 'stocktaking' },
        { action: 'dag.resumed', actor: 'operator', reason: 'done' },
      ]);
    },
  );

  await t.test('under catchup latest the newest missed instant runs at resume', async () => {
    await hourly('resumed', 'catchup: latest');
    await pauseDag(pool, 'resumed', { by, reason: null });
    await forget(pool, 'resumed', 30);
    await resumeDag(pool, 'resumed', { by, reason: null });
    await scheduleDag(pool, versions, 'resumed');
    assert.deepEqual(
      (await hoursAgo(pool, 'resumed')).map(([, hours]) => hours),
      [0],
    );
  });

  await t.test('start_date in the past is owed under catchup all', async () => {
    const today = Temporal.Now.plainDateISO('UTC');
    await engine.writeDag(
      'since',
      stepDag(
        'since',
        ['task_id: only'],
        [
          'schedule: "0 0 * * *"',
          'catchup: all',
          'catchup_window: 30d',
          'max_active_runs: 100',
          `start_date: ${today.subtract({ days: 3 })}`,
          `end_date: ${today.subtract({ days: 2 })}`,
        ],
      ),
    );
    await scheduleDag(pool, versions, 'since');
    const dates = (await listRuns(pool, { dagId: 'since', limit: 10 })).map(({ businessDate }) =>
      businessDate.toString(),
    );
    assert.deepEqual(dates.toSorted(), [
      today.subtract({ days: 3 }).toString(),
      today.subtract({ days: 2 }).toString(),
    ]);
    assert.equal((await findDag(pool, 'since'))?.nextScheduledFor, null);
  });

  await t.test(
    'a schedule moved to a time that has passed today does not make the day run twice',
    async () => {
      const past = Temporal.Now.zonedDateTimeISO('UTC').subtract({ hours: 3 });
      const cronAt = (time: Temporal.ZonedDateTime) => `schedule: "${time.minute} ${time.hour} * * *"`;
      const write = (line: string) =>
        engine.writeDag('moved', stepDag('moved', ['task_id: only'], [line, 'catchup: latest']));
      await write(cronAt(past));
      await forget(pool, 'moved', 4);
      await scheduleDag(pool, versions, 'moved');
      const [first, ...more] = await listRuns(pool, { dagId: 'moved', limit: 10 });
      assert.ok(first !== undefined && more.length === 0);
      await write(cronAt(past.add({ hours: 1 })));
      await scheduleDag(pool, versions, 'moved');
      assert.equal((await listRuns(pool, { dagId: 'moved', limit: 10 })).length, 1);
    },
  );

  await t.test('what the old schedule still owed is run when the file is edited', async () => {
    await hourly('owing', 'catchup: all', 'catchup_window: 24h');
    await forget(pool, 'owing', 2);
    await hourly('owing', 'catchup: all', 'catchup_window: 24h', 'description: edited');
    assert.equal((await hoursAgo(pool, 'owing')).length, 2);
  });

  await t.test('four worker processes make each run once', async (inner) => {
    await hourly('shared', 'catchup: all', 'catchup_window: 24h');
    await forget(pool, 'shared', 12);
    await pool.query(
      `update stockflow.dag set next_scheduled_for = now() - interval '1 hour' where dag_id = 'shared'`,
    );
    await Promise.all(Array.from({ length: 4 }, () => startWorkerProcess(inner, { url: engine.url })));
    await until('all runs', async () => (await hoursAgo(pool, 'shared')).length >= 12);
    assert.deepEqual(
      (await hoursAgo(pool, 'shared')).map(([, hours]) => hours),
      [11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0],
    );
  });
});
