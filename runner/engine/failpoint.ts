/**
 * Named points at which a worker can be killed, so that tests can check the state that a crash at that point leaves.
 *
 * They do nothing until `armFailpoint` is called, which only the worker process of the tests does: a shipped worker
 * cannot be armed, whatever its environment.
 */
export const FAILPOINTS = [
  'claim.before',
  'claim.in_pool',
  'claim.after',
  'requeue.before',
  'requeue.after',
  'run.before',
  'run.versioned',
  'run.outputs_read',
  'run.worked',
  'run.reported',
  'finish.before',
  'finish.locked',
  'finish.settled',
  'finish.recorded',
  'finish.advanced',
  'finish.claimed',
  'finish.jobs_added',
  'finish.before_commit',
  'finish.committed',
  'finish.next_run_locked',
  'finish.next_run_before_commit',
  'finish.next_run_committed',
  'finish.answered',
  'finish.refused',
  'advance.counted',
  'advance.expanded',
  'advance.applied',
  'schedule.before',
  'schedule.locked',
  'schedule.run_inserted',
  'schedule.run_created',
  'schedule.recorded',
  'schedule.moved',
  'schedule.job_added',
  'schedule.before_commit',
  'schedule.committed',
  'start_run.marked',
  'start_run.advanced',
  'start_run.jobs_added',
  'close_run.marked',
  'alert.inserted',
  'alert.jobs_added',
  'heartbeat.inserted',
  'heartbeat.claimed',
  'deliver.claimed',
  'deliver.sent',
  'deliver.marked',
  'reap.before',
  'reap.marked',
  'reap.found',
  'reap.locked',
  'reap.reclaimed',
  'reap.recorded',
  'reap.jobs_added',
  'reap.committed',
  'reap.jobs_restored',
  'reconcile.listed',
  'release.locked',
  'release.returned',
  'release.before_commit',
  'release.committed',
] as const;
export type Failpoint = (typeof FAILPOINTS)[number];

interface Armed {
  readonly point: Failpoint;
  /** The number of passes until the signal, the last one included. */
  passesLeft: number;
  readonly signal: 'SIGKILL' | 'SIGSTOP';
}

let armed: Armed | null = null;

/** Kills (or stops) the process if this point is armed and this is the chosen pass. */
export function failpoint(point: Failpoint): void {
  if (armed !== null && armed.point === point) pass(armed);
}

/** Returns the result of `answer` after passing a failpoint, for a statement that is sent together with others. */
export async function passing<T>(point: Failpoint, answer: Promise<T>): Promise<T> {
  const result = await answer;
  failpoint(point);
  return result;
}

function pass(point: Armed): void {
  point.passesLeft -= 1;
  if (point.passesLeft === 0) process.kill(process.pid, point.signal);
}

/**
 * Makes this process kill itself (SIGKILL) at the n-th pass of a point, or stop there (SIGSTOP).
 *
 * @param spec `point:n` or `point:n:stop`, as in `STOCKFLOW_FAIL_AT=finish.committed:3`; null disarms
 * @throws RangeError for a point that does not exist or a count below 1
 */
export function armFailpoint(spec: string | null): void {
  armed = null;
  if (spec === null) return;
  const [name, passes, action] = spec.split(':');
  const point = FAILPOINTS.find((known) => known === name);
  const passesLeft = Number(passes);
  const isCount = Number.isSafeInteger(passesLeft) && passesLeft >= 1;
  if (point === undefined || !isCount || (action !== undefined && action !== 'stop')) {
    throw new RangeError(`${spec} is not point:n or point:n:stop, with a point of FAILPOINTS and n from 1`);
  }
  armed = { point, passesLeft, signal: action === 'stop' ? 'SIGSTOP' : 'SIGKILL' };
}
