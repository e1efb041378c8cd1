/** Questions of tasks that people answer. */
import type { Approval } from '../../core/run/approval.ts';
import type { Queryable } from '../queryable.ts';
import type { ClaimedTask } from './instance.ts';

export interface AskedApproval extends Approval {
  readonly approvalId: number;
  readonly runId: number;
  readonly dagId: string;
  readonly taskId: string;
  /** -1 for a task that is not mapped. */
  readonly mapIndex: number;
  readonly taskInstanceId: number;
  readonly askedAt: Temporal.Instant;
}

export type NewApproval = Pick<Approval, 'question' | 'approvers' | 'notRequester'> & {
  readonly timeoutMs: number;
};

export interface StoredAnswer {
  readonly expiresAt: Temporal.Instant;
  readonly decision: 'approved' | 'rejected' | null;
  readonly by: string | null;
  readonly at: Temporal.Instant | null;
  readonly reason: string | null;
}

/** Returns the question of an instance with its answer, if it has one; null if it was not asked yet. */
export async function findAnswer(
  db: Queryable,
  taskInstanceId: number,
  question: string,
): Promise<StoredAnswer | null> {
  const { rows } = await db.query<StoredAnswer>(
    `select expires_at as "expiresAt", decision, decided_by as by, decided_at as at, reason
       from stockflow.approval
      where task_instance_id = $1 and md5(question) = md5($2::text) and question = $2 and withdrawn_at is null`,
    [taskInstanceId, question],
  );
  return rows[0] ?? null;
}

/** Inserts a question in the place of what the instance asked before without an answer. @returns when it expires */
export async function insertApproval(
  db: Queryable,
  { taskInstanceId, runId }: Pick<ClaimedTask, 'taskInstanceId' | 'runId'>,
  { question, approvers, notRequester, timeoutMs }: NewApproval,
): Promise<Temporal.Instant> {
  await db.query(
    `update stockflow.approval set withdrawn_at = now()
      where task_instance_id = $1 and decision is null and withdrawn_at is null`,
    [taskInstanceId],
  );
  const { rows } = await db.query<{ expiresAt: Temporal.Instant }>(
    `insert into stockflow.approval (run_id, task_instance_id, question, approvers, not_requester, requesters, expires_at)
     select $1, $2, $3, $4, $5, array(
              select e.actor from stockflow.event e
               where e.run_id = $1 and e.channel in ('cli', 'web')
                 and e.action in ('run.created', 'task.cleared', 'run.params_changed')
              union
              select r.actor from stockflow.dag_run r where r.run_id = $1 and r.run_type in ('manual', 'backfill')
              order by 1),
            now() + $6 * interval '1 ms'
     returning expires_at as "expiresAt"`,
    [runId, taskInstanceId, question, approvers, notRequester, timeoutMs],
  );
  const [row] = rows;
  if (row === undefined) throw new Error(`the question of instance ${taskInstanceId} was not stored`);
  return row.expiresAt;
}

/** Ends the questions and the answers of instances: none of them counts any more. */
export async function withdrawApprovals(db: Queryable, instanceIds: readonly number[]): Promise<void> {
  await db.query(
    `update stockflow.approval set withdrawn_at = now()
      where task_instance_id = any($1::bigint[]) and withdrawn_at is null`,
    [instanceIds],
  );
}

const OPEN = `
  select a.approval_id as "approvalId", a.run_id as "runId", r.dag_id as "dagId", t.task_id as "taskId", t.map_index as "mapIndex",
         t.task_instance_id as "taskInstanceId", a.question, a.approvers, a.requesters, a.not_requester as "notRequester",
         a.asked_at as "askedAt", a.expires_at as "expiresAt", t.attempt_token as token, t.state, t.priority
    from stockflow.approval a
    join stockflow.task_instance t using (task_instance_id)
    join stockflow.dag_run r on r.run_id = a.run_id
   where a.decision is null and a.withdrawn_at is null`;

/** Returns the questions that wait for an answer, the oldest first. @param runId of one run; null for all */
export async function openApprovals(db: Queryable, runId: number | null): Promise<readonly AskedApproval[]> {
  const { rows } = await db.query<AskedApproval>(
    `${OPEN} and t.state = 'deferred' and a.expires_at > now() and ($1::bigint is null or a.run_id = $1)
      order by a.asked_at, a.approval_id`,
    [runId],
  );
  return rows;
}

/** A question whose instance is locked. */
export interface LockedApproval extends AskedApproval {
  readonly token: number;
  readonly priority: number;
  /** `deferred` while it waits, `running` while it is being asked. */
  readonly state: string;
}

/** Locks the instances of a task that ask, and returns what they ask. */
export async function lockApprovals(
  db: Queryable,
  runId: number,
  taskId: string,
): Promise<readonly LockedApproval[]> {
  const { rows } = await db.query<LockedApproval>(
    `${OPEN} and t.state in ('deferred', 'running') and a.run_id = $1 and t.task_id = $2
      order by t.task_instance_id for no key update of t, a`,
    [runId, taskId],
  );
  return rows;
}

/** Stores an answer, and lets the instances that asked be claimed at once. */
export async function answerApprovals(
  db: Queryable,
  asked: readonly LockedApproval[],
  answer: { readonly decision: 'approved' | 'rejected'; readonly by: string; readonly reason: string | null },
): Promise<void> {
  await db.query(
    `with answered as (
       update stockflow.approval
          set decision = $2, decided_by = $3, decided_at = now(), reason = $4
        where approval_id = any($1::bigint[])
       returning task_instance_id
     )
     update stockflow.task_instance t set wake_at = now() from answered where t.task_instance_id = answered.task_instance_id`,
    [asked.map(({ approvalId }) => approvalId), answer.decision, answer.by, answer.reason],
  );
}
