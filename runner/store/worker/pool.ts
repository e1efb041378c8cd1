import type { Queryable } from '../queryable.ts';
import type { WorkJob } from '../queue/job.ts';
import { HELD_SLOTS, HOLD_SLOTS } from './held_slot.ts';

/** The pool of tasks that name none. Only the workers' concurrency limits it. */
export const DEFAULT_POOL = 'default';

/** The slots of a pool that a DAG file names and nobody has sized: one at a time is the safe assumption. */
const UNSIZED_POOL_SLOTS = 1;

export interface PoolRow {
  readonly name: string;
  readonly slots: number;
  /** The slots of running instances. */
  readonly used: number;
  /** The slots kept for work that continues after its task has ended. */
  readonly held: number;
  /** The number of instances that wait for a slot. */
  readonly queued: number;
}

/** Adds the pools that do not exist yet. @returns the names that are new */
export async function ensurePools(db: Queryable, names: readonly string[]): Promise<readonly string[]> {
  const wanted = names.filter((name) => name !== DEFAULT_POOL);
  if (wanted.length === 0) return [];
  const { rows } = await db.query<{ name: string }>(
    `insert into stockflow.pool (name, slots) select name, $2 from unnest($1::text[]) as n(name)
     on conflict (name) do nothing returning name`,
    [wanted, UNSIZED_POOL_SLOTS],
  );
  return rows.map(({ name }) => name);
}

/** Sets the slots of a pool. @returns the previous slots, null for a new pool */
export async function setPoolSlots(db: Queryable, name: string, slots: number): Promise<number | null> {
  const before = await db.query<{ slots: number }>(
    'select slots from stockflow.pool where name = $1 for update',
    [name],
  );
  await db.query(
    `insert into stockflow.pool (name, slots) values ($1, $2) on conflict (name) do update set slots = excluded.slots`,
    [name, slots],
  );
  return before.rows[0]?.slots ?? null;
}

export async function listPools(db: Queryable): Promise<readonly PoolRow[]> {
  const { rows } = await db.query<PoolRow>(
    `select p.name, p.slots,
            coalesce(sum(t.pool_slots) filter (where t.state = 'running'), 0)::integer as used,
            (select coalesce(sum(held.pool_slots), 0) from ${HELD_SLOTS} held where held.pool = p.name)::integer as held,
            (count(*) filter (where t.state = 'queued'))::integer as queued
       from stockflow.pool p
       left join stockflow.task_instance t on t.pool = p.name and t.pool <> 'default' and t.state in ('queued', 'running')
      group by p.name order by p.name`,
  );
  return rows;
}

/** Returns true if the instance belongs to a bounded pool, waits, and still has the token of the job. */
export async function isPooled(
  db: Queryable,
  target: { readonly taskInstanceId: number; readonly token: number },
): Promise<boolean> {
  const { rows } = await db.query<{ pooled: boolean }>({
    name: 'stockflow.is_pooled',
    text: `select exists (select from stockflow.task_instance
             where task_instance_id = $1 and attempt_token = $2 and pool <> 'default'
               and state in ('queued', 'deferred', 'up_for_retry')) as pooled`,
    values: [target.taskInstanceId, target.token],
  });
  return rows[0]?.pooled ?? false;
}

/** Returns jobs for the instances that may take the slots which the finished instances have freed in their pools. */
export async function nextInPools(
  db: Queryable,
  taskInstanceIds: readonly number[],
): Promise<readonly WorkJob[]> {
  const { rows } = await db.query<WorkJob>({
    name: 'stockflow.next_in_pools',
    text: `select n.task_instance_id as "taskInstanceId", n.attempt_token as token, null as "runAt", n.priority
       from (select pool, sum(pool_slots) as freed from stockflow.task_instance
              where task_instance_id = any($1) and pool <> 'default' group by pool) as left_by
       cross join lateral (
         select w.task_instance_id, w.attempt_token, w.priority from stockflow.task_instance w
          where w.pool = left_by.pool and w.pool <> 'default' and w.state = 'queued'
          order by w.priority desc, w.queued_at, w.task_instance_id
          limit left_by.freed) as n`,
    values: [taskInstanceIds],
  });
  return rows;
}

export interface HeldWork {
  readonly taskInstanceId: number;
  readonly attemptToken: number;
}

/** Keeps the slot of a running instance whose work its own worker no longer waits for. */
export async function holdSlot(db: Queryable, { taskInstanceId, attemptToken }: HeldWork): Promise<void> {
  await db.query(
    `with before as (
       select task_instance_id, state, attempt_token, pool, pool_slots, worker_id from stockflow.task_instance
        where task_instance_id = $1 and attempt_token = $2
     ), ${HOLD_SLOTS}
     select`,
    [taskInstanceId, attemptToken],
  );
}

/** Frees the slot of work that has now ended. @returns the jobs of the instances that may take it */
export async function releaseSlot(
  db: Queryable,
  { taskInstanceId, attemptToken }: HeldWork,
): Promise<readonly WorkJob[]> {
  const { rowCount } = await db.query(
    'delete from stockflow.held_slot where task_instance_id = $1 and attempt_token = $2',
    [taskInstanceId, attemptToken],
  );
  return rowCount === 0 ? [] : await nextInPools(db, [taskInstanceId]);
}
