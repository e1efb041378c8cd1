/**
 * Makes a history in which an auditor of `inventory_sync` has something to find out: a schedule that was changed, nights that were missed, late,
 * failed, overridden, cancelled and marked, and a worker that froze and came back. All of it is done, none is inserted.
 */
import type { Pool } from 'pg';
import { pauseDag, resumeDag } from '../../../runner/engine/dags/pause.ts';
import { loadTaskTypes } from '../../../runner/engine/dags/task_types.ts';
import { cancelRun, markTask } from '../../../runner/engine/operator/operator.ts';
import { triggerRun } from '../../../runner/engine/operator/trigger.ts';
import { FailTask } from '../../../runner/task.ts';
import { testEngine } from '../../support/engine/engine.ts';
import {
  createEffectTables,
  FIXTURE_TASKS,
  openGate,
  startWorkerProcess,
} from '../../support/engine/processes.ts';
import { type Behaviour, stepDag, steps, untilAborted } from '../../support/engine/task_types.ts';
import type { Lifetime } from '../../support/postgres/database.ts';
import { until } from '../../support/until.ts';

export interface AuditStory {
  readonly pool: Pool;
  /** The run of DAG `frozen`, begun by worker `frozenWorkerId` and ended by `otherWorkerId`. */
  readonly frozenRunId: number;
  readonly frozenWorkerId: number;
  readonly frozenPid: number;
  readonly otherWorkerId: number;
  /** The run of `inventory_sync` for 2025-01-15: late, with a failure before it, an override, and a task marked by hand. */
  readonly lateRunId: number;
  /** For 2025-01-16, cancelled. */
  readonly cancelledRunId: number;
  /** Dates of the schedule that got no run, oldest first. */
  readonly missedDates: readonly string[];
}

export const SHA_OF_FILE = 'a'.repeat(64);
const NIGHT_SHIFT = { actor: 'night_shift', channel: 'cli' } as const;

const FROZEN_DAG = `dag_id: frozen
timezone: UTC
schedule: null
tasks:
  - {task_id: only, type: effect, with: {gate: open_at_last, deaf: true}}
`;

const NIGHT = [
  'task_id: export_active_products',
  'task_id: filter_reset_file, depends_on: [export_active_products], retries: 1, retry_delay: 1s, deadline: "05:00"',
  'task_id: reset_inventory, depends_on: [filter_reset_file]',
];

export async function auditStory(lifetime: Lifetime): Promise<AuditStory> {
  const step = steps();
  const effects = await loadTaskTypes(FIXTURE_TASKS);
  const engine = await testEngine(lifetime, [step.type, ...effects.byName.values()]);
  const { pool, url } = engine;
  await createEffectTables(pool);

  await engine.writeDag('frozen', FROZEN_DAG);
  const frozen = await startWorkerProcess(lifetime, { url, leaseMs: 2_000 });
  const frozenRunId = await trigger(pool, { dagId: 'frozen', date: null, reason: null });
  await until('the effect to begin', async () => (await pool.query('select from effect')).rowCount === 1);
  frozen.signal('SIGSTOP');
  const night = (schedule: string) =>
    stepDag('inventory_sync', NIGHT, [
      ...[`schedule: "${schedule}"`, 'catchup: none', 'max_active_runs: 1'],
      'alerts: [{to: [ops_slack]}]',
    ]);
  await engine.writeDag('inventory_sync', night('0 1 * * *'));
  const worker = await engine.startWorker({ env: { STOCKFLOW_CONN_EFFECTS: url } });
  await until(
    'the task to begin elsewhere',
    async () => (await pool.query('select from effect')).rowCount === 2,
    60_000,
  );
  frozen.signal('SIGCONT');
  await openGate(pool, 'open_at_last');
  await engine.ended(frozenRunId);
  await until('the late result to be refused', async () => {
    const { rowCount } = await pool.query(`select from stockflow.event where action = 'attempt.refused'`);
    return rowCount === 1;
  });
  frozen.signal('SIGKILL');

  await engine.writeDag('inventory_sync', night('30 1 * * *'));
  await pauseDag(pool, 'inventory_sync', { by: NIGHT_SHIFT, reason: 'store audit' });
  await resumeDag(pool, 'inventory_sync', { by: NIGHT_SHIFT, reason: 'store audit done' });
  const missedDates = await missThreeNights(pool);

  step.on('filter_reset_file', async (context) => {
    const { attempt, run, record, signal } = context;
    if (run.businessDate.toString() === '2025-01-16') return await untilAborted(signal);
    if (attempt.number === 1) throw new Error('the connection was cut');
    await until('the deadline to be missed', async () => {
      const { rowCount } = await pool.query(
        'select from stockflow.task_instance where run_id = $1 and deadline_missed_at is not null',
        [run.runId],
      );
      return rowCount === 1;
    });
    await record({
      action: 'guard.overridden',
      reason: 'store 4 has closed',
      before: { max_row_drop: 0.2 },
      after: { max_row_drop: 0.9 },
    });
    return await readResetFile(context);
  });
  step.on('reset_inventory', () => {
    throw new FailTask('no facility RP4');
  });
  const lateRunId = await trigger(pool, { ...SYNC, date: '2025-01-15', reason: 'the night again' });
  await engine.ended(lateRunId);
  await markTask(pool, lateRunId, {
    taskId: 'reset_inventory',
    state: 'success',
    by: NIGHT_SHIFT,
    reason: 'counted by hand',
  });
  await engine.ended(lateRunId);

  const cancelledRunId = await trigger(pool, { ...SYNC, date: '2025-01-16', reason: 'by mistake' });
  await until('the filter to begin', async () => {
    const { rowCount } = await pool.query(
      `select from stockflow.task_instance where run_id = $1 and task_id = 'filter_reset_file' and state = 'running'`,
      [cancelledRunId],
    );
    return rowCount === 1;
  });
  await cancelRun(pool, cancelledRunId, { by: NIGHT_SHIFT, reason: 'wrong date' });
  await engine.ended(cancelledRunId);

  step.on('filter_reset_file', readResetFile);
  step.on('reset_inventory', () => undefined);
  await engine.ended(await trigger(pool, { ...SYNC, date: missedDates[1] ?? '', reason: 'missed' }));
  await until('all events to be sealed', async () => {
    const { rows } = await pool.query<{ unsealed: number }>(
      `select (select count(*) from stockflow.event) - (select sum(event_count) from stockflow.event_seal) as unsealed`,
    );
    return rows[0]?.unsealed === 0;
  });
  return {
    pool,
    frozenRunId,
    frozenWorkerId: frozen.workerId,
    frozenPid: frozen.pid,
    otherWorkerId: worker.engine.workerId(),
    lateRunId,
    cancelledRunId,
    missedDates,
  };
}

const readResetFile: Behaviour = async ({ files, meter }) => {
  const location = 'sftp://retailpro/outgoing/reset_1.csv';
  await files.recordRead({ location, bytes: 120, sha256: SHA_OF_FILE, rows: 10 });
  meter({ rowsIn: 10, bytesIn: 120 });
  return { rows: 10 };
};

const SYNC = { dagId: 'inventory_sync' };

async function trigger(
  pool: Pool,
  {
    dagId,
    date,
    reason,
  }: { readonly dagId: string; readonly date: string | null; readonly reason: string | null },
): Promise<number> {
  const run = await triggerRun(pool, {
    dagId,
    date: date === null ? null : Temporal.PlainDate.from(date),
    params: {},
    timeEdges: 'keep',
    by: NIGHT_SHIFT,
    reason,
  });
  return run.runId;
}

/** Makes the schedule miss three nights, as in an outage: it was last read before them. */
async function missThreeNights(pool: Pool): Promise<readonly string[]> {
  // A night that becomes due between this statement and the worker's check would be a fourth.
  await until('no night to be about to become due', async () => {
    const { hour, minute, second } = Temporal.Now.zonedDateTimeISO('UTC');
    return !(hour === 1 && minute === 29 && second >= 50);
  });
  const { rows } = await pool.query<{ date: string }>(
    `update stockflow.dag
        set schedule_cursor = d.newest - interval '2 days 1 hour', next_scheduled_for = now() - interval '1 minute'
       from (select case when t + interval '1 hour 30 minutes' <= now() then t else t - interval '1 day' end
                    + interval '1 hour 30 minutes' as newest
               from (select date_trunc('day', now() at time zone 'UTC') at time zone 'UTC' as t) today) d
      where dag_id = 'inventory_sync'
      returning (d.newest at time zone 'UTC')::date::text as date`,
  );
  const newest = Temporal.PlainDate.from(rows[0]?.date ?? '');
  await until('the missed nights to be recorded', async () => {
    const { rowCount } = await pool.query('select from stockflow.due_instant');
    return (rowCount ?? 0) >= 3;
  });
  return [2, 1, 0].map((days) => newest.subtract({ days }).toString());
}
