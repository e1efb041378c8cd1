import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { hostname } from 'node:os';
import { test } from 'node:test';
import { ask, some } from './questions.ts';
import { auditStory, SHA_OF_FILE } from './story.ts';

test('the questions about runs and people are answered with what was done', async (t) => {
  const story = await auditStory(t);
  const { pool, lateRunId, cancelledRunId, frozenRunId, missedDates } = story;
  const caughtUpRunId = cancelledRunId + 1;

  const nights = await ask(pool, 'How did the last nights go?');
  assert.deepEqual(
    nights.map((row) => some(row, 'business_date', 'state', 'run_type', 'actor', 'reason')),
    [
      [missedDates[1], 'success', 'manual', 'night_shift', 'missed'],
      ['2025-01-16', 'cancelled', 'manual', 'night_shift', 'by mistake'],
      ['2025-01-15', 'success', 'manual', 'night_shift', 'the night again'],
    ],
  );

  const missing = await ask(pool, 'Which nights did not run, or never succeeded?');
  assert.deepEqual(
    missing.map((row) => some(row, 'business_date', 'decision', 'last_run_state')),
    [
      [missedDates[0], 'missed', null],
      [missedDates[2], 'missed', null],
    ],
  );

  const late = await ask(pool, 'Which nights ran late, and why?');
  assert.deepEqual(
    late.map((row) => some(row, 'run_id', 'task_id', 'business_date', 'why')),
    [
      [caughtUpRunId, 'filter_reset_file', missedDates[1], null],
      [
        lateRunId,
        'filter_reset_file',
        '2025-01-15',
        'filter_reset_file, attempt 1 failed: the connection was cut; reset_inventory, attempt 1 failed: no facility RP4',
      ],
    ],
    "the night caught up after its deadline is late too, by nobody's failure",
  );
  assert.equal(late[1]?.deadline_at, '2025-01-15T05:00:00+00:00');
  for (const { finished_at, deadline_at } of late) assert.ok(String(finished_at) > String(deadline_at));

  assert.deepEqual(await ask(pool, 'What failed, and why?'), [], 'what failed was marked a success');

  const told = await ask(pool, 'Who was told of what, and did it arrive?');
  assert.deepEqual(
    told
      .filter((row) => row.run_id === story.lateRunId)
      .map((row) => some(row, 'kind', 'channel', 'delivery_state', 'tries')),
    ['recovered', 'failed', 'deadline_missed'].map((kind) => [kind, 'ops_slack', 'pending', 0]),
    'newest first; there is no worker that sends',
  );

  const changes = await ask(pool, 'Who changed the schedule, and when?');
  assert.deepEqual(
    changes.map((row) => some(row, 'actor', 'action', 'reason', 'schedule_before', 'schedule_after')),
    [
      ['test', 'dag.added', null, null, '"0 1 * * *"'],
      ['test', 'dag.changed', null, '"0 1 * * *"', '"30 1 * * *"'],
      ['night_shift', 'dag.paused', 'store audit', null, null],
      ['night_shift', 'dag.resumed', 'store audit done', null, null],
    ],
  );
  const changedAt = changes.map(({ at }) => String(at));
  assert.deepEqual(changedAt, changedAt.toSorted());

  const versions = await ask(pool, 'What ran with which version of the DAG?');
  const { rows: texts } = await pool.query<{ source: string }>(
    `select source from stockflow.dag_version where dag_id = 'inventory_sync' order by dag_version_id desc limit 1`,
  );
  const sha256 = createHash('sha256')
    .update(texts[0]?.source ?? '')
    .digest('hex');
  assert.deepEqual(
    versions.map((row) => some(row, 'run_id', 'sha256', 'is_in_force')),
    [caughtUpRunId, cancelledRunId, lateRunId].map((runId) => [runId, sha256, true]),
  );

  const byPeople = await ask(pool, 'Which runs did a person start, and why?');
  assert.deepEqual(
    byPeople.map((row) => some(row, 'run_id', 'actor', 'reason')),
    [
      [caughtUpRunId, 'night_shift', 'missed'],
      [cancelledRunId, 'night_shift', 'by mistake'],
      [lateRunId, 'night_shift', 'the night again'],
    ],
  );

  const acts = await ask(pool, 'Who cleared, marked or cancelled what, and why?');
  assert.deepEqual(
    acts.map((row) => some(row, 'actor', 'action', 'run_id', 'task_id', 'reason')),
    [
      ['night_shift', 'task.marked', lateRunId, 'reset_inventory', 'counted by hand'],
      ['night_shift', 'run.cancelled', cancelledRunId, null, 'wrong date'],
    ],
  );
  assert.match(JSON.stringify(acts[0]?.before), /failed/);
  assert.match(JSON.stringify(acts[0]?.after), /success/);

  const [overridden, ...noMoreOverridden] = await ask(pool, 'What was overridden?');
  assert.deepEqual(some(overridden, 'run_id', 'task_id', 'reason', 'before', 'after', 'run_started_by'), [
    lateRunId,
    'filter_reset_file',
    'store 4 has closed',
    { max_row_drop: 0.2 },
    { max_row_drop: 0.9, attempt: 2 },
    'night_shift',
  ]);
  assert.deepEqual(noMoreOverridden, []);

  const crashed = await ask(pool, 'Which attempts crashed, and on which worker?');
  assert.deepEqual(
    crashed.map((row) =>
      some(row, 'run_id', 'task_id', 'attempt_number', 'worker_id', 'worker_pid', 'error_text'),
    ),
    [
      [
        frozenRunId,
        'only',
        1,
        story.frozenWorkerId,
        story.frozenPid,
        `worker ${story.frozenWorkerId} stopped answering`,
      ],
    ],
  );

  const refused = await ask(pool, 'Which results came too late and were refused?');
  assert.deepEqual(
    refused.map((row) => some(row, 'actor', 'run_id', 'task_id')),
    [[`worker ${story.frozenWorkerId}@${hostname()}`, frozenRunId, 'only']],
  );

  const work = { literals: { 'worker_id = 1': `worker_id = ${story.frozenWorkerId}` } };
  assert.deepEqual(
    (await ask(pool, 'What did a worker run?', work)).map((row) =>
      some(row, 'worker_pid', 'code_version', 'run_id', 'task_id', 'attempt_number', 'state'),
    ),
    [[story.frozenPid, `pid ${story.frozenPid}`, frozenRunId, 'only', 1, 'crashed']],
  );

  const mixed = await ask(pool, 'Which runs were worked by different versions of the code?');
  assert.deepEqual(mixed, [
    {
      run_id: frozenRunId,
      dag_id: 'frozen',
      business_date: mixed[0]?.business_date,
      code_versions: [`pid ${story.frozenPid}`, 'test'].toSorted(),
    },
  ]);

  const durations = await ask(pool, 'How long does each task take?');
  assert.deepEqual(
    durations.map((row) => some(row, 'task_id', 'attempts', 'rows_in', 'bytes_in')).toSorted(),
    [
      ['export_active_products', 3, null, null],
      ['filter_reset_file', 2, 20, 240],
      ['reset_inventory', 1, null, null],
    ],
  );
  // The filter waited for its deadline to be told of, the others for nothing.
  assert.equal(durations[0]?.task_id, 'filter_reset_file');
  assert.ok(durations.every(({ p50, p95, longest }) => String(p50) <= String(p95) && p95 === longest));

  assert.deepEqual(await ask(pool, 'Did the same bytes come twice?'), [
    { sha256: SHA_OF_FILE, nights: 2, dates: ['2025-01-15', missedDates[1]] },
  ]);

  const [head] = await ask(pool, 'Which events wait for a seal, and what is the head of the chain?');
  assert.equal(head?.unsealed, 0);
  assert.deepEqual(await ask(pool, 'Was an event changed or deleted since it was sealed?'), []);
  const client = await pool.connect();
  await client.query(`set session_replication_role = 'replica'`);
  await client.query(`update stockflow.event set reason = 'none' where action = 'guard.overridden'`);
  client.release(true);
  const { rows: edited } = await pool.query<{ id: number; seal: number }>(
    `select event_id as id, (select seal_id from stockflow.event_seal where event_id = any(event_ids)) as seal
       from stockflow.event where action = 'guard.overridden'`,
  );
  assert.deepEqual(await ask(pool, 'Was an event changed or deleted since it was sealed?'), [
    { seal_id: edited[0]?.seal, event_id: edited[0]?.id, is_deleted: false },
  ]);
});
