/** Reads the facts for `runs explain`, each kind with one query. */
import type { RunAhead, SlotHolder } from '../../core/explain/blocker.ts';
import type { PoolFacts } from '../../core/run/pool_room.ts';
import type { Queryable } from '../queryable.ts';
import { HELD_SLOTS } from '../worker/held_slot.ts';

/** A pool with one holder of its slots; the holder is null if there is none. */
interface PoolRow {
  readonly name: string;
  readonly slots: number;
  readonly runId: number | null;
  readonly taskId: string | null;
  readonly mapIndex: number | null;
  readonly held: number | null;
  readonly isOver: boolean | null;
}

/** Returns the pools of the run's queued and waiting instances, with the holders of their slots. */
export async function poolsToExplain(db: Queryable, runId: number): Promise<ReadonlyMap<string, PoolFacts>> {
  const { rows } = await db.query<PoolRow>(
    `select p.name, p.slots, h.run_id as "runId", h.task_id as "taskId", h.map_index as "mapIndex",
            h.pool_slots as "held", h.is_over as "isOver"
       from stockflow.pool p
       left join (
         select pool, task_instance_id, run_id, task_id, map_index, pool_slots, false as is_over
           from stockflow.task_instance where state = 'running' and pool <> 'default'
         union all
         select held.pool, task_instance_id, t.run_id, t.task_id, t.map_index, held.pool_slots, true
           from ${HELD_SLOTS} held join stockflow.task_instance t using (task_instance_id)
       ) h on h.pool = p.name
      where p.name in (select pool from stockflow.task_instance
                        where run_id = $1 and state in ('queued', 'deferred', 'up_for_retry'))
      order by p.name, h.task_instance_id`,
    [runId],
  );
  const pools = new Map<string, { slots: number; holders: SlotHolder[] }>();
  for (const row of rows) {
    const pool = pools.get(row.name) ?? { slots: row.slots, holders: [] };
    const { runId: holderRun, taskId, mapIndex, held, isOver } = row;
    if (holderRun !== null && taskId !== null && mapIndex !== null && held !== null)
      pool.holders.push({ runId: holderRun, taskId, mapIndex, slots: held, isOver: isOver ?? false });
    pools.set(row.name, pool);
  }
  return pools;
}

/** Returns the DAG's running runs, and the queued runs before the given one. */
export async function runsAhead(
  db: Queryable,
  run: { readonly dagId: string; readonly runId: number; readonly scheduledFor: Temporal.Instant },
): Promise<readonly RunAhead[]> {
  const { rows } = await db.query<RunAhead>(
    `select run_id as "runId", state from stockflow.dag_run
      where dag_id = $1 and run_id <> $2
        and (state = 'running' or (state = 'queued' and (scheduled_for, run_id) < ($3, $2)))
      order by state desc, scheduled_for, run_id`,
    [run.dagId, run.runId, run.scheduledFor.toString()],
  );
  return rows;
}

export interface WorkerLoad {
  readonly live: number;
  /** The number of task instances that run on live workers. */
  readonly running: number;
  /** The number of task instances that live workers can run at once. */
  readonly concurrency: number;
}

export async function workerLoad(db: Queryable): Promise<WorkerLoad> {
  const { rows } = await db.query<WorkerLoad>(
    `with live as (
       select worker_id, concurrency from stockflow.worker
        where stopped_at is null and lost_at is null and lease_expires_at > now()
     )
     select count(*)::integer as live, coalesce(sum(concurrency), 0)::integer as concurrency,
            (select count(*)::integer from stockflow.task_instance t join live using (worker_id)
              where t.state = 'running') as running
       from live`,
  );
  const [row] = rows;
  if (row === undefined) throw new Error('an aggregate returned no row');
  return row;
}

export async function runTimeoutAt(db: Queryable, runId: number): Promise<Temporal.Instant | null> {
  const { rows } = await db.query<{ timeoutAt: Temporal.Instant | null }>(
    'select timeout_at as "timeoutAt" from stockflow.dag_run where run_id = $1',
    [runId],
  );
  return rows[0]?.timeoutAt ?? null;
}
