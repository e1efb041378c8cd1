import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PoolClient } from 'pg';
import { createPool } from '../../../runner/connections/postgres/connect.ts';
import type { Settlement } from '../../../runner/core/run/settle.ts';
import { conversationOf } from '../../../runner/store/alert/conversation.ts';
import {
  claimMessage,
  lockDue,
  markSent,
  markUnsent,
  nextDue,
  postponeDue,
} from '../../../runner/store/alert/delivery.ts';
import { overdueChannels } from '../../../runner/store/alert/due_channel.ts';
import { failureOfRun } from '../../../runner/store/alert/failure.ts';
import { holdUpOf, lateStarts } from '../../../runner/store/alert/late_start.ts';
import { listAlerts, unsentChannels } from '../../../runner/store/alert/listing.ts';
import { closeIncidents } from '../../../runner/store/alert/recovery.ts';
import { setRepeat, takeRepeat } from '../../../runner/store/alert/repeat.ts';
import { recentRunDurations, runningRuns } from '../../../runner/store/alert/run_duration.ts';
import { dagsWithQueuedRuns } from '../../../runner/store/dag/dag.ts';
import { listVersions } from '../../../runner/store/dag/version_list.ts';
import { listEvents } from '../../../runner/store/event/listing.ts';
import { sealState } from '../../../runner/store/event/seal_state.ts';
import { failingFeeds } from '../../../runner/store/feed/failing.ts';
import {
  findFedRun,
  markTold,
  releaseRun,
  takeRun,
  untoldAttempts,
} from '../../../runner/store/feed/feed.ts';
import { topicVersions } from '../../../runner/store/live/topic_versions.ts';
import { claimFromQueue, claimOfRun } from '../../../runner/store/queue/claim_next.ts';
import { addWorkJobs } from '../../../runner/store/queue/job.ts';
import {
  missingWorkJobs,
  reclaimLostTasks,
  releaseInstance,
  runningOn,
  runsWithLostTasks,
} from '../../../runner/store/queue/lease.ts';
import {
  findRun,
  listRuns,
  lockRun,
  markRunFinished,
  startableRuns,
} from '../../../runner/store/run/dag_run.ts';
import { markDeadlinesMissed, runsPastDeadline } from '../../../runner/store/run/deadline.ts';
import { gridStates } from '../../../runner/store/run/grid.ts';
import { lastRuns, newestRuns } from '../../../runner/store/run/last_due_run.ts';
import { overdueAttempts, overdueRuns } from '../../../runner/store/run/overdue.ts';
import { applySteps, stateCounts } from '../../../runner/store/run/state_counts.ts';
import { stripInstants } from '../../../runner/store/run/strip.ts';
import { attemptsOfRun, saveProgress } from '../../../runner/store/task/attempt.ts';
import { claim, claimInPool } from '../../../runner/store/task/claim.ts';
import { attemptsOfTask, filesOfTask } from '../../../runner/store/task/detail.ts';
import { filesOfAttempt } from '../../../runner/store/task/file.ts';
import { instancesOfRun } from '../../../runner/store/task/instance.ts';
import { readAttemptLog } from '../../../runner/store/task/log.ts';
import { readLogPage } from '../../../runner/store/task/log_page.ts';
import { lastGoodOutput, outputsOf } from '../../../runner/store/task/output.ts';
import { applySettlements, runOutcome, wasSettled } from '../../../runner/store/task/settlement.ts';
import { isPooled, listPools, nextInPools } from '../../../runner/store/worker/pool.ts';
import { runningTasks } from '../../../runner/store/worker/running_task.ts';
import { testEngine } from '../../support/engine/engine.ts';
import { explained, recordStatements, tableReads } from '../../support/engine/explain.ts';
import { fillHistory, goodNights, mixedNights, numberedTasks } from '../../support/engine/history.ts';
import { stepDag, steps } from '../../support/engine/task_types.ts';

/** The planner's choice is the same from here up to a million (looked at once); the suite has no time for those. */
const INSTANCES = 60_000;

/** Tables that grow with the history. */
const GROWING = [
  ...['task_instance', 'task_attempt', 'dag_run', 'event', 'task_log', 'alert', 'alert_delivery'],
  ...['feed_run', 'feed_sent', 'heartbeat_ping'],
];

test('no statement of a busy night reads a table that grows from end to end', async (t) => {
  const engine = await testEngine(t, [steps().type]);
  const { pool } = engine;
  const tasks = Array.from({ length: 20 }, (_, index) => `task_id: t${index}`);
  await engine.writeDag('busy', stepDag('busy', tasks));
  await fillHistory(pool, {
    dagId: 'busy',
    tasks: numberedTasks(tasks.length),
    nights: mixedNights(INSTANCES / tasks.length),
  });
  const { rows } = await pool.query<{ runId: number; taskInstanceId: number }>(
    `with run as (
       insert into stockflow.dag_run (dag_id, dag_version_id, run_type, state, scheduled_for, business_date, actor, started_at)
       select dag_id, current_version_id, 'manual', 'running', now(), current_date, 'test', now() from stockflow.dag
        where dag_id = 'busy'
       returning run_id
     )
     insert into stockflow.task_instance (run_id, task_id, state, attempt_token, queued_at)
     select run_id, 't' || n, case when n < 10 then 'queued' else 'none' end, 1, now()
       from run cross join generate_series(0, 19) as n
     returning run_id as "runId", task_instance_id as "taskInstanceId"`,
  );
  await pool.query(
    `with told as (
       insert into stockflow.alert (dag_id, run_id, scheduled_for, kind, dedup_key, incident, sentence, facts, closed_at)
       select dag_id, run_id, scheduled_for, 'failed', run_id::text, 'busy/' || scheduled_for, 'it failed', '{}', now()
         from stockflow.dag_run
       returning alert_id
     )
     insert into stockflow.alert_delivery (alert_id, channel, state, sent_at) select alert_id, 'chat', 'sent', now() from told`,
  );
  await pool.query(
    `insert into stockflow.feed_run (feed, run_id, next_at, closed_at)
     select 'lineage', run_id, finished_at, finished_at from stockflow.dag_run where finished_at is not null`,
  );
  await pool.query(
    `insert into stockflow.feed_sent (feed, run_id, task_instance_id, attempt_number, moment)
     select f.feed, f.run_id, t.task_instance_id, 1, 'end'
       from stockflow.feed_run f join stockflow.task_instance t using (run_id)`,
  );
  await pool.query(
    `insert into stockflow.heartbeat_ping (dag_id, run_id, connection, kind, body, at, state, next_attempt_at, ended_at)
     select dag_id, run_id, 'monitor', 'success', '', finished_at, 'sent', null, finished_at from stockflow.dag_run
      where finished_at is not null`,
  );
  await pool.query(
    'vacuum analyze stockflow.alert, stockflow.alert_delivery, stockflow.feed_run, stockflow.feed_sent, stockflow.heartbeat_ping',
  );
  const [first, second] = rows;
  assert.ok(first !== undefined && second !== undefined);
  const { runId, taskInstanceId } = first;
  const target = { taskInstanceId, token: 1 };
  const settlement: Settlement = {
    taskState: 'success',
    attemptState: 'success',
    wakeAt: null,
    wakeAfterMs: null,
    wakeReason: null,
    failureCount: 0,
    output: null,
    error: null,
  };
  const ended = {
    ...{ taskInstanceId, taskId: 't0', attemptToken: 1, settlement },
    meter: { rowsIn: null, rowsOut: null, bytesIn: null, bytesOut: null },
  };
  const night = async (tx: PoolClient): Promise<void> => {
    await addWorkJobs(tx, [{ taskInstanceId: second.taskInstanceId, token: 1, runAt: null, priority: 0 }]);
    await claim(tx, target, 1);
    await claimInPool(tx, target, 1);
    await isPooled(tx, target);
    await outputsOf(tx, runId, ['t1', 't2']);
    await saveProgress(tx, { taskInstanceId, attemptToken: 1 }, { done: 1 });
    await lockRun(tx, runId);
    await applySettlements(tx, [ended]);
    await wasSettled(tx, ended);
    await stateCounts(tx, runId, ['t1', 't2']);
    await applySteps(tx, runId, [{ taskId: 't11', step: { to: 'queued', plannedAt: null } }]);
    await claimFromQueue(tx, { workerId: 1, atMost: 4 });
    await claimOfRun(tx, { runId, taskIds: ['t11'] }, { workerId: 1, atMost: 4 });
    await nextInPools(tx, [taskInstanceId]);
    await runOutcome(tx, runId, []);
  };
  const upkeep = async (tx: PoolClient): Promise<void> => {
    await runsWithLostTasks(tx);
    await reclaimLostTasks(tx, runId);
    await runningOn(tx, 1);
    await releaseInstance(tx, { taskInstanceId, token: 1, runId, taskId: 't0' });
    await missingWorkJobs(tx, 5_000);
    await dagsWithQueuedRuns(tx);
    await runsPastDeadline(tx);
    await markDeadlinesMissed(tx, runId);
    await overdueAttempts(tx, 30_000);
    await overdueRuns(tx);
    await startableRuns(tx, 'busy', 1);
    await markRunFinished(tx, { runId, state: 'running' }, 'failed');
  };
  const telling = async (tx: PoolClient): Promise<void> => {
    await failureOfRun(tx, runId, []);
    await closeIncidents(tx, { dagId: 'busy', incident: 'busy/now', notStartedUpTo: Temporal.Now.instant() });
    await lateStarts(tx, { leastMs: 1_000, dagId: null });
    await lateStarts(tx, { leastMs: 1_000, dagId: 'busy' });
    await holdUpOf(tx, 'busy');
    await recentRunDurations(tx, { dagId: 'busy', timeEdges: 'keep', mode: 'apply' });
    await runningRuns(tx);
    await overdueChannels(tx, 5_000);
    await takeRun(tx, 'lineage', { leaseMs: 1_000, except: new Set([1]) });
    await findFedRun(tx, 'lineage', runId);
    await untoldAttempts(tx, 'lineage', { runId, atMost: 200 });
    await filesOfAttempt(tx, { taskInstanceId, attemptNumber: 1 });
    await markTold(tx, { feed: 'lineage', runId }, [{ taskInstanceId, attemptNumber: 1, moment: 'end' }]);
    await releaseRun(tx, { feed: 'lineage', runId }, null);
    const at = { channel: 'chat', now: Temporal.Now.instant() };
    await lockDue(tx, at);
    await takeRepeat(tx, at);
    await postponeDue(tx, at, at.now);
    await nextDue(tx, 'chat');
    await conversationOf(tx, { channel: 'chat', alertIds: [1] });
    await tx.query(
      `insert into stockflow.alert_delivery (alert_id, channel, next_attempt_at) values (1, 'pager', now())`,
    );
    const rows = { channel: 'pager', messageKey: 'busy', alertIds: [1] };
    await claimMessage(tx, rows, { now: at.now, until: at.now });
    await markSent(tx, rows, { attempt: 1, at: at.now, thread: null, repeatAt: at.now });
    await markUnsent(tx, rows, { attempt: 1, errorText: 'down', nextAt: null });
    await setRepeat(tx, rows, at.now);
    await unsentChannels(tx);
    await failingFeeds(tx);
  };
  const ofTask = { runId, taskId: 't0', mapIndex: null, attemptNumber: null, limit: 100 };
  const looking = async (tx: PoolClient): Promise<void> => {
    await findRun(tx, runId);
    await listRuns(tx, { limit: 20 });
    await listRuns(tx, { dagId: 'busy', limit: 20 });
    await newestRuns(tx, ['busy']);
    await instancesOfRun(tx, runId);
    await attemptsOfRun(tx, runId);
    await listPools(tx);
    await topicVersions(tx, [
      ...(['alerts', 'home', 'backfills', 'workers', 'audit', 'dag:busy', 'backfill:1'] as const),
      ...([`run:${runId}`, `log:${taskInstanceId}:1`] as const),
    ]);
    await readAttemptLog(tx, { taskInstanceId, attemptNumber: 1 }, { afterId: 0, atMost: 500 });
    await listRuns(tx, { dagId: 'busy', state: 'failed', limit: 20 });
    await listRuns(tx, { dagId: 'busy', runType: 'manual', before: runId, limit: 20 });
    await gridStates(tx, [runId]);
    await stripInstants(tx, ['busy'], 30);
    await lastRuns(tx, [
      { dagId: 'busy', scheduledFor: Temporal.Now.instant(), businessDate: Temporal.Now.plainDateISO() },
    ]);
    await listVersions(tx, { dagId: 'busy', limit: 20, before: null });
    await attemptsOfTask(tx, { runId, taskId: 't0', mapIndex: null });
    await filesOfTask(tx, { runId, taskId: 't0', mapIndex: null });
    await readLogPage(tx, { ...ofTask, side: { kind: 'newest' } });
    await readLogPage(tx, { ...ofTask, side: { kind: 'after', taskLogId: 1 } });
    await runningTasks(tx);
    await listAlerts(tx, { dagId: null, runId: null, before: null, limit: 20 });
    await listAlerts(tx, { dagId: 'busy', runId: null, before: 9, limit: 20 });
    await listAlerts(tx, { dagId: null, runId, before: null, limit: 20 });
    await sealState(tx);
    const events = { dagId: null, runId: null, since: null, action: null, actor: null, limit: 50 };
    await listEvents(tx, events);
    await listEvents(tx, { ...events, runId, taskId: 't0' });
    await listEvents(tx, { ...events, actor: 'operator' });
    await listEvents(tx, { ...events, action: 'task.marked' });
    await listEvents(tx, { ...events, action: 'task' });
    const before = { dagId: 'busy', runId, scheduledFor: Temporal.Now.instant(), runMode: 'apply' } as const;
    await lastGoodOutput(tx, before, 't1');
  };
  for (const [work, count] of [
    [night, 15],
    [upkeep, 12],
    [telling, 18],
    [looking, 28],
  ] as const) {
    const { statements, fullReads } = await explained(pool, work);
    assert.ok(statements >= count, `only ${statements} statements were explained`);
    const growing = fullReads.filter(({ tables }) => tables.some((table) => GROWING.includes(table)));
    assert.deepEqual(growing, []);
  }
});

test('the newest run of a DAG without runs is not looked for among those of others', async (t) => {
  const engine = await testEngine(t, [steps().type]);
  for (const dagId of ['busy', 'idle']) await engine.writeDag(dagId, stepDag(dagId, ['task_id: t0']));
  await fillHistory(engine.pool, { dagId: 'busy', tasks: ['t0'], nights: goodNights(2_000) });
  const pool = createPool(engine.url, { applicationName: 'stockflow test', max: 1 });
  t.after(() => pool.end());
  const sent = recordStatements(pool);
  const client = await pool.connect();
  // As the embedded server is set.
  await client.query('set random_page_cost = 1.1');
  assert.deepEqual(await newestRuns(client, ['idle']), []);
  const reads = await Promise.all(sent.map((statement) => tableReads(client, statement)));
  client.release();
  assert.ok(reads.length > 0);
  assert.deepEqual(
    reads.flat().filter(({ rows }) => rows === null || rows > 10),
    [],
  );
});

test('a statement that does read a growing table from end to end is found', async (t) => {
  const engine = await testEngine(t, [steps().type]);
  await engine.writeDag('busy', stepDag('busy', ['task_id: t0']));
  await fillHistory(engine.pool, { dagId: 'busy', tasks: ['t0'], nights: goodNights(1_000) });
  const text = `select count(*) from stockflow.task_instance where error_class = 'FailTask'`;
  const { fullReads } = await explained(engine.pool, (tx) => tx.query(text));
  assert.deepEqual(fullReads, [{ tables: ['task_instance'], text }]);
});
