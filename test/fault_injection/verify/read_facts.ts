/** Reads the facts that the checks verify, as of one moment. */

import type { Pool, PoolClient } from 'pg';
import { withTransaction } from '../../../runner/index.ts';
import type {
  AlertFact,
  AttemptFact,
  CampaignFacts,
  EffectFact,
  InstanceFact,
  OperatorEvent,
  RunEnd,
  RunFact,
  TransitionFact,
} from './facts.ts';

/** Returns runs that are unfinished, or ended in the last `secondsBack`. */
export async function recentRuns(pool: Pool, secondsBack: number): Promise<readonly number[]> {
  const { rows } = await pool.query<{ runId: number }>(
    `select run_id as "runId" from stockflow.dag_run
      where state = 'running' or finished_at > now() - $1 * interval '1 s' order by run_id`,
    [secondsBack],
  );
  return rows.map(({ runId }) => runId);
}

export async function unfinishedRuns(pool: Pool): Promise<readonly number[]> {
  const { rows } = await pool.query<{ runId: number }>(
    `select run_id as "runId" from stockflow.dag_run where finished_at is null order by run_id`,
  );
  return rows.map(({ runId }) => runId);
}

/** Returns the failed runs of a DAG. */
export async function failedRunsOf(pool: Pool, dagId: string): Promise<readonly number[]> {
  const { rows } = await pool.query<{ runId: number }>(
    `select run_id as "runId" from stockflow.dag_run where dag_id = $1 and state = 'failed' order by run_id`,
    [dagId],
  );
  return rows.map(({ runId }) => runId);
}

/** Returns the number of alerts that are still to be sent. */
export async function pendingDeliveries(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(
    `select count(*)::integer as count from stockflow.alert_delivery where state = 'pending'`,
  );
  return rows[0]?.count ?? 0;
}

export async function allRuns(pool: Pool): Promise<readonly number[]> {
  const { rows } = await pool.query<{ runId: number }>(
    'select run_id as "runId" from stockflow.dag_run order by run_id',
  );
  return rows.map(({ runId }) => runId);
}

export async function readFacts(pool: Pool, runIds: readonly number[]): Promise<CampaignFacts> {
  return await withTransaction(pool, (tx) => readAll(tx, runIds), { isolation: 'repeatable read' });
}

async function readAll(tx: PoolClient, runIds: readonly number[]): Promise<CampaignFacts> {
  const runs = await tx.query<RunFact>(
    `select r.run_id as "runId", r.dag_id as "dagId", r.dag_version_id as "dagVersionId", r.run_type as "runType", r.state,
            r.scheduled_for as "scheduledFor", v.source
       from stockflow.dag_run r join stockflow.dag_version v using (dag_version_id)
      where r.run_id = any($1) order by r.run_id`,
    [runIds],
  );
  const instances = await tx.query<InstanceFact>(
    `select task_instance_id as "instanceId", run_id as "runId", task_id as "taskId", map_index as "mapIndex", state,
            attempt_token as token, output, error_class as "errorClass", error_text as "errorText", finished_at as "finishedAt"
       from stockflow.task_instance where run_id = any($1) order by task_instance_id`,
    [runIds],
  );
  const attempts = await tx.query<AttemptFact>(
    `select a.task_instance_id as "instanceId", a.attempt_number as "attemptNumber", a.attempt_token as token, a.state,
            a.worker_id as "workerId", a.finished_at as "finishedAt", a.error_text as "errorText"
       from stockflow.task_attempt a join stockflow.task_instance t using (task_instance_id)
      where t.run_id = any($1) order by a.task_attempt_id`,
    [runIds],
  );
  const transitions = await tx.query<TransitionFact>(
    `select transition_id as "transitionId", at, run_id as "runId", task_instance_id as "instanceId",
            before_state as before, after_state as after, before_token as "beforeToken", after_token as "afterToken",
            worker_id as "workerId", by_operator as "byOperator"
       from chaos.transition where run_id = any($1) order by transition_id`,
    [runIds],
  );
  const effects = await tx.query<EffectFact>(
    `select run_id as "runId", task_id as "taskId", map_index as "mapIndex", token, phase, at
       from chaos.effect where run_id = any($1) order by effect_id`,
    [runIds],
  );
  const operatorEvents = await tx.query<OperatorEvent>(
    `select run_id as "runId", action from stockflow.event where run_id = any($1) and channel = 'cli'`,
    [runIds],
  );
  const runEnds = await tx.query<RunEnd>(
    `select run_id as "runId", state from chaos.run_end where run_id = any($1) order by run_end_id`,
    [runIds],
  );
  const alerts = await tx.query<AlertFact>(
    `select a.alert_id as "alertId", a.run_id as "runId", a.kind, a.incident, d.channel, a.closed_at is not null as "isClosed"
       from stockflow.alert a join stockflow.alert_delivery d using (alert_id)
      where a.run_id = any($1) order by a.alert_id, d.channel`,
    [runIds],
  );
  return {
    runs: runs.rows,
    instances: instances.rows,
    attempts: attempts.rows,
    transitions: transitions.rows,
    effects: effects.rows,
    operatorEvents: operatorEvents.rows,
    runEnds: runEnds.rows,
    alerts: alerts.rows,
  };
}

/** Returns all scheduled runs without their text; few enough to be checked after each trial. */
export async function scheduledRuns(pool: Pool): Promise<readonly RunFact[]> {
  const { rows } = await pool.query<RunFact>(
    `select run_id as "runId", dag_id as "dagId", dag_version_id as "dagVersionId", run_type as "runType", state,
            scheduled_for as "scheduledFor", '' as source
       from stockflow.dag_run where run_type <> 'manual' order by run_id`,
  );
  return rows;
}

/** Returns every id under which the process has registered. */
export async function workerIdsOf(pool: Pool, pid: number): Promise<readonly number[]> {
  const { rows } = await pool.query<{ workerId: number }>(
    `select worker_id as "workerId" from stockflow.worker where pid = $1`,
    [pid],
  );
  return rows.map(({ workerId }) => workerId);
}

/** Returns the transitions of the tasks that these workers ever claimed. */
export async function transitionsOfWorkers(
  pool: Pool,
  workerIds: readonly number[],
): Promise<readonly TransitionFact[]> {
  const { rows } = await pool.query<TransitionFact>(
    `select transition_id as "transitionId", at, run_id as "runId", task_instance_id as "instanceId",
            before_state as before, after_state as after, before_token as "beforeToken", after_token as "afterToken",
            worker_id as "workerId", by_operator as "byOperator"
       from chaos.transition
      where task_instance_id in (select task_instance_id from chaos.transition
                                  where worker_id = any($1) and after_state = 'running')
      order by transition_id`,
    [workerIds],
  );
  return rows;
}

/** Returns the first claim of the process after an instant. */
export async function claimAfter(
  pool: Pool,
  pid: number,
  from: Temporal.Instant,
): Promise<Temporal.Instant | null> {
  const { rows } = await pool.query<{ at: Temporal.Instant | null }>(
    `select min(t.at) as at from chaos.transition t join stockflow.worker w using (worker_id)
      where w.pid = $1 and t.after_state = 'running' and t.at > $2`,
    [pid, from.toString()],
  );
  return rows[0]?.at ?? null;
}

/** Returns queued tasks that no job will ever claim, as `instance:token`; those of a pool only if it has room. */
export async function withoutLiveJob(pool: Pool): Promise<readonly string[]> {
  const { rows } = await pool.query<{ key: string }>(
    `select t.task_instance_id || ':' || t.attempt_token as key
       from stockflow.task_instance t
       left join stockflow.pool p on p.name = t.pool
       left join lateral (select coalesce(sum(o.pool_slots), 0) as used from stockflow.task_instance o
                           where o.pool = p.name and o.state = 'running') as taken on true
      where t.state = 'queued' and (p.name is null or taken.used + t.pool_slots <= p.slots)
        and not exists (
          select from graphile_worker._private_jobs j
           where j.key = 'task:' || t.task_instance_id || ':' || t.attempt_token
             and ((j.locked_at is null and j.run_at <= now() + interval '1 s') or j.locked_at > now() - interval '2 s'))`,
  );
  return rows.map(({ key }) => key);
}
