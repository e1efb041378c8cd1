import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pool } from 'pg';
import { AlertWatch } from '../../../../runner/engine/alerts/watch.ts';
import { pauseDag, resumeDag } from '../../../../runner/engine/dags/pause.ts';
import { DagVersions } from '../../../../runner/engine/dags/versions.ts';
import { type TestEngine, testEngine, testLog } from '../../../support/engine/engine.ts';
import { gate, stepDag, steps } from '../../../support/engine/task_types.ts';
import { until } from '../../../support/until.ts';

const BY = { by: { actor: 'operator', channel: 'cli' }, reason: null } as const;
const RULE = 'alerts: [{on: [not_started, slow, recovered], to: [pager]}]';

/** Watches as the page's process does, without a worker, and records what it was to send. */
function watch({ pool }: TestEngine): AlertWatch & { readonly looks: string[] } {
  const looks: string[] = [];
  const alerts = new AlertWatch({
    pool,
    versions: new DagVersions(pool),
    sender: { sendDue: async (channel) => void looks.push(channel) },
    log: testLog,
    everyMs: 20,
  });
  return Object.assign(alerts, { looks });
}

async function told(pool: Pool): Promise<readonly (readonly unknown[])[]> {
  const { rows } = await pool.query({
    text: `select a.dag_id, a.kind, a.cause, a.closed_at is not null, a.facts -> 'figure' ->> 'bound', a.run_id is not null
             from stockflow.alert a order by a.alert_id`,
    rowMode: 'array',
  });
  return rows;
}

async function dueAgo(pool: Pool, dagId: string, ago: string): Promise<void> {
  await pool.query(`update stockflow.dag set next_scheduled_for = now() - $2::interval where dag_id = $1`, [
    dagId,
    ago,
  ]);
  await pool.query(`alter table stockflow.event disable trigger event_is_append_only`);
  await pool.query(`update stockflow.event set at = at - interval '1 day'`);
  await pool.query(`alter table stockflow.event enable trigger event_is_append_only`);
}

test('with every worker dead the page tells of what did not start: once, by cause, and not while it is paused', async (t) => {
  const step = steps();
  const engine = await testEngine(t, [step.type]);
  const { pool } = engine;
  const scheduled = ['schedule: "0 1 * * *"', RULE];
  await engine.writeDag('a_feed', stepDag('a_feed', ['task_id: load'], scheduled));
  await engine.writeDag('b_feed', stepDag('b_feed', ['task_id: load'], [...scheduled, 'start_within: 1h']));
  await engine.writeDag('c_feed', stepDag('c_feed', ['task_id: load'], [...scheduled, 'start_within: 4h']));
  await engine.writeDag('quiet', stepDag('quiet', ['task_id: load'], ['schedule: "0 1 * * *"']));
  await engine.writeDag('paused', stepDag('paused', ['task_id: load'], scheduled));
  await pauseDag(pool, 'paused', BY);
  for (const dagId of ['a_feed', 'b_feed', 'c_feed', 'quiet']) await dueAgo(pool, dagId, '3 hours');
  await using first = watch(engine);
  await using _second = watch(engine);
  await until('both to be told', async () => (await told(pool)).length === 2);
  assert.deepEqual((await told(pool)).toSorted(), [
    ['a_feed', 'not_started', 'no live worker', false, '10m', false],
    ['b_feed', 'not_started', 'no live worker', false, '1h', false],
  ]);
  const { rows } = await pool.query<{ sentence: string }>(
    `select sentence from stockflow.alert where dag_id = 'a_feed'`,
  );
  assert.match(
    rows[0]?.sentence ?? '',
    /^a_feed was due at \d{4}-\d\d-\d\d \d\d:\d\d UTC and is not running 3h 00m later: no worker is alive$/,
  );
  // Nobody takes the queue's job, so the page sends it.
  await pool.query(
    `update stockflow.alert_delivery set next_attempt_at = next_attempt_at - interval '1 minute'`,
  );
  await until('the page to send', async () => first.looks.includes('pager'));

  // A pause that ends is no late start: the schedule is planned from then on.
  await resumeDag(pool, 'paused', BY);
  await pool.query(
    `update stockflow.dag set next_scheduled_for = now() - interval '5 hours' where dag_id = 'paused'`,
  );
  const before = first.looks.length;
  await until('another look', async () => first.looks.length > before + 1);
  assert.equal((await told(pool)).length, 2);
});
