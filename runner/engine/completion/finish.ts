/**
 * Ends attempts: settles them, decides their successors and adds jobs in one transaction, for many attempts of a run at
 * once.
 */
import type { PoolClient } from 'pg';
import { withTransaction } from '../../connections/postgres/connect.ts';
import type { Task } from '../../core/dag/dag.ts';
import type { DagIndex } from '../../core/dag/index.ts';
import { isTerminalTaskState } from '../../core/run/states.ts';
import { lockDag } from '../../store/dag/dag.ts';
import { type Event, recordEvents } from '../../store/event/event.ts';
import { claimFromQueue, claimOfRun } from '../../store/queue/claim_next.ts';
import { addWorkJobs, type WorkJob } from '../../store/queue/job.ts';
import { lockRun } from '../../store/run/dag_run.ts';
import { stateCounts } from '../../store/run/state_counts.ts';
import type { ClaimedTask } from '../../store/task/instance.ts';
import { outputsOf } from '../../store/task/output.ts';
import { type Accepted, applySettlements, type Ended, runOutcome } from '../../store/task/settlement.ts';
import { DEFAULT_POOL, nextInPools } from '../../store/worker/pool.ts';
import { type LateTask, tellDeadlineMissed } from '../alerts/outbox.ts';
import { tasksRead } from '../attempt/template_context.ts';
import type { Engine } from '../engine.ts';
import { failpoint, passing } from '../failpoint.ts';
import { wakeForTasks } from '../other_dags/wake.ts';
import { closeRun } from '../schedule/runs.ts';
import { startRuns } from '../schedule/start_runs.ts';
import { attemptKey } from '../worker/running_attempts.ts';
import { type AdvanceOptions, advanceRun, type RunAt, tasksCounted } from './advance_run.ts';

/** The ended attempts of one run. */
export interface Batch {
  readonly runId: number;
  readonly dagVersionId: number;
  readonly ended: readonly Ended[];
}

/** The slots of this worker that become free with the batch. */
export interface ClaimBudget {
  readonly slots: number;
  /** The number of these slots that may claim a successor; the others claim what the queue gives next. */
  readonly mayFollow: number;
}

export interface FinishedBatch {
  /** The instances whose result was accepted. */
  readonly accepted: readonly Accepted[];
  /**
   * The instances that this transaction claimed for its own worker, successors first, so that they need not pass
   * through the queue.
   */
  readonly claimed: readonly ClaimedTask[];
}

export async function finishBatch(engine: Engine, batch: Batch, budget: ClaimBudget): Promise<FinishedBatch> {
  const index = await engine.versions.get(batch.dagVersionId);
  const finished = await withTransaction(engine.pool, (tx) =>
    settleAndAdvance(engine, tx, { ...batch, index, budget }),
  );
  failpoint('finish.committed');
  if (finished.endedRunOf !== null) await startNextRuns(engine, finished.endedRunOf);
  return finished;
}

/**
 * Settles a batch and advances its run. It takes three round trips in the usual case: the reads under the lock, the
 * changes that follow, COMMIT.
 */
async function settleAndAdvance(
  engine: Engine,
  tx: PoolClient,
  { runId, ended, index, budget }: Batch & { readonly index: DagIndex; readonly budget: ClaimBudget },
): Promise<FinishedBatch & { readonly endedRunOf: string | null }> {
  const mayDecide = successorsOf(
    index,
    ended.filter(({ settlement }) => isTerminalTaskState(settlement.taskState)).map(({ taskId }) => taskId),
  );
  const [run, accepted, found] = await Promise.all([
    passing('finish.locked', lockRun(tx, runId)),
    passing('finish.settled', applySettlements(tx, ended)),
    stateCounts(tx, runId, tasksCounted(mayDecide)),
  ]);
  if (run === null) throw new Error(`run ${runId} is not in the database`);
  const closed = accepted.filter(({ state }) => isTerminalTaskState(state));
  const [, followed, freed] = await Promise.all([
    passing('finish.recorded', recordEvents(tx, engine.actor, eventsOf(run.dagId, runId, ended, accepted))),
    follow(engine, tx, {
      at: { run, index, now: run.now, stateCounts: found },
      closed: closed.map(({ taskId }) => taskId),
      budget,
    }),
    jobsForFreedSlots(tx, accepted),
  ]);
  const again: WorkJob[] = accepted
    .filter(({ state }) => !isTerminalTaskState(state))
    .map(({ taskInstanceId, token, runAt, priority }) => ({ taskInstanceId, token, runAt, priority }));
  const taken = new Set(followed.claimed.map(({ taskInstanceId }) => taskInstanceId));
  const left = followed.jobs.filter(({ taskInstanceId }) => !taken.has(taskInstanceId));
  await addWorkJobs(tx, [...again, ...left, ...freed]);
  failpoint('finish.jobs_added');
  await tellDeadlineMissed(tx, { run, index }, lateOnes(accepted));
  const awaited = accepted.filter(({ state, anyAwaiting }) => anyAwaiting && state === 'success');
  await wakeForTasks(tx, { dagId: run.dagId, taskIds: awaited.map(({ taskId }) => taskId) });
  if (followed.outcome !== 'unfinished') await closeRun(tx, { run, index }, followed.outcome);
  failpoint('finish.before_commit');
  const endedRunOf = followed.outcome === 'unfinished' ? null : run.dagId;
  return { accepted, claimed: followed.claimed, endedRunOf };
}

interface Followed {
  readonly jobs: readonly WorkJob[];
  readonly claimed: readonly ClaimedTask[];
  readonly outcome: 'unfinished' | 'success' | 'failed';
}

/**
 * Decides the successors of closed tasks, and claims instances for the free slots: successors first, then jobs of the
 * queue. If nothing follows, it checks if the run has ended.
 */
async function follow(
  engine: Engine,
  tx: PoolClient,
  step: {
    readonly at: RunAt & AdvanceOptions;
    readonly closed: readonly string[];
    readonly budget: ClaimBudget;
  },
): Promise<Followed> {
  const { at, closed, budget } = step;
  const workerId = engine.workerId();
  const claimed: ClaimedTask[] = [];
  let outcome: Followed['outcome'] = 'unfinished';
  const onFinalBatch = async (queued: readonly Task[]) => {
    const next = queued.filter(({ pool }) => pool === DEFAULT_POOL);
    const mayFollow = next.length === 0 ? 0 : budget.mayFollow;
    const taskIds = next.map(({ taskId }) => taskId);
    const expected = next.some(({ mapOver }) => mapOver !== null)
      ? mayFollow
      : Math.min(next.length, mayFollow);
    const [successors, others, outputs, ended] = await Promise.all([
      mayFollow === 0
        ? []
        : claimOfRun(tx, { runId: at.run.runId, taskIds }, { workerId, atMost: mayFollow }),
      budget.slots === expected ? [] : claimFromQueue(tx, { workerId, atMost: budget.slots - expected }),
      mayFollow === 0 ? null : outputsOf(tx, at.run.runId, [...new Set(next.flatMap(tasksRead))]),
      queued.length > 0 || closed.length === 0
        ? ('unfinished' as const)
        : runOutcome(tx, at.run.runId, at.index.allowedToFail),
    ]);
    outcome = ended;
    claimed.push(...successors.map((successor) => ({ ...successor, outputs })), ...others);
    failpoint('finish.claimed');
  };
  const jobs = await advanceRun(tx, { ...at, onFinalBatch }, successorsOf(at.index, closed));
  failpoint('finish.advanced');
  return { jobs, claimed, outcome };
}

function successorsOf(index: DagIndex, taskIds: readonly string[]): readonly Task[] {
  return taskIds.flatMap((taskId) => index.successors.get(taskId) ?? []);
}

async function jobsForFreedSlots(tx: PoolClient, accepted: readonly Accepted[]): Promise<readonly WorkJob[]> {
  const pooled = accepted.filter(({ pool }) => pool !== DEFAULT_POOL);
  if (pooled.length === 0) return [];
  return await nextInPools(
    tx,
    pooled.map(({ taskInstanceId }) => taskInstanceId),
  );
}

/**
 * Starts the DAG's next runs in a transaction of their own, as a DAG's row must be locked before its runs. If the
 * worker crashes in between, the sweep starts them.
 */
async function startNextRuns(engine: Engine, dagId: string): Promise<void> {
  await withTransaction(engine.pool, async (tx) => {
    const dag = await lockDag(tx, dagId);
    failpoint('finish.next_run_locked');
    if (dag?.dagVersionId != null)
      await startRuns(tx, engine.versions, { dagId, dagVersionId: dag.dagVersionId });
    failpoint('finish.next_run_before_commit');
  });
  failpoint('finish.next_run_committed');
}

function lateOnes(accepted: readonly Accepted[]): readonly LateTask[] {
  return accepted.flatMap(({ taskId, missedDeadlineAt: deadlineAt }) =>
    deadlineAt === null ? [] : [{ taskId, deadlineAt, errorClass: null, errorText: null, errorOrigin: null }],
  );
}

function eventsOf(
  dagId: string,
  runId: number,
  ended: readonly Ended[],
  accepted: readonly Accepted[],
): Event[] {
  return [
    ...failuresOf(dagId, runId, ended, accepted),
    ...accepted.flatMap(({ taskId, mapIndex, missedDeadlineAt }) =>
      missedDeadlineAt === null
        ? []
        : [
            {
              action: 'task.deadline_missed',
              dagId,
              runId,
              taskId,
              mapIndex,
              reason: `not finished by ${missedDeadlineAt}`,
            },
          ],
    ),
  ];
}

function failuresOf(
  dagId: string,
  runId: number,
  ended: readonly Ended[],
  accepted: readonly Accepted[],
): Event[] {
  const endedByKey = new Map(ended.map((one) => [attemptKey(one.taskInstanceId, one.attemptToken), one]));
  return accepted
    .filter(({ state }) => state === 'failed' || state === 'up_for_retry')
    .map(({ taskInstanceId, attemptToken, taskId, mapIndex, state, attemptNumber }) => {
      const reason = endedByKey.get(attemptKey(taskInstanceId, attemptToken))?.settlement.error?.errorText;
      return {
        action: state === 'failed' ? 'task.failed' : 'task.retried',
        dagId,
        runId,
        taskId,
        mapIndex,
        ...(reason === undefined ? {} : { reason }),
        after: { state, attempt: attemptNumber },
      };
    });
}
