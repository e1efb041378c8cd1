/** Checks whether workers start what is ready. */

import { type QueueHealth, queueHealth } from '../../store/queue/health.ts';
import { type WorkerLoad, workerLoad } from '../../store/run/explain.ts';
import { liveAndLostWorkers } from '../../store/worker/live_worker.ts';
import { countText, spanText } from '../../view/time_text.ts';
import type { Session } from '../cli/session.ts';
import { type Finding, ok, problem, warning } from './finding.ts';

/** A worker with a free slot takes what is ready within a second or two. */
const OVERDUE_MS = 60_000;

export async function checkQueue({ pool }: Session): Promise<readonly Finding[]> {
  const live = (await liveAndLostWorkers(pool, OVERDUE_MS)).filter(({ isLive }) => isLive);
  return queueFindings(await queueHealth(pool), {
    ...(await workerLoad(pool)),
    workerIds: live.map(({ workerId }) => workerId),
  });
}

export interface LiveWorkers extends WorkerLoad {
  readonly workerIds: readonly number[];
}

export function queueFindings(health: QueueHealth, workers: LiveWorkers): readonly Finding[] {
  const { readyTasks, oldestReadyMs, failedCount, lastError } = health;
  const findings: Finding[] = [];
  if (oldestReadyMs > OVERDUE_MS) {
    const { verdict, why, fix } = whyNotStarted(workers);
    const found = `${readyWords(health)} for ${spanText(oldestReadyMs)} and not started: ${why}`;
    findings.push(verdict('queue', found, fix));
  }
  if (failedCount > 0) {
    const jobs = failedCount === 1 ? '1 wake-up job' : `${countText(failedCount)} wake-up jobs`;
    findings.push(
      warning('queue', `${jobs} failed and will be retried: ${lastError}`, 'read the logs of the workers'),
    );
  }
  if (findings.length > 0) return findings;
  const found =
    readyTasks === 0
      ? 'no task waits for a worker'
      : `${tasksText(readyTasks)} ready, the oldest for ${spanText(oldestReadyMs)}`;
  return [ok('queue', found)];
}

interface NotStarted {
  readonly verdict: typeof problem;
  readonly why: string;
  readonly fix: string;
}

function whyNotStarted({ live, running, concurrency, workerIds }: LiveWorkers): NotStarted {
  const names = `${workerIds.length === 1 ? 'worker' : 'workers'} ${workerIds.join(', ')}`;
  if (live === 0) return { verdict: problem, why: 'no worker is running', fix: 'run stockflow up' };
  if (running >= concurrency) {
    return {
      verdict: warning,
      why: `all ${concurrency} slots of ${names} are in use`,
      fix: 'start one more worker, or raise STOCKFLOW_CONCURRENCY',
    };
  }
  const are = workerIds.length === 1 ? 'is' : 'are';
  return {
    verdict: problem,
    why: `${names} ${are} not taking work`,
    fix: 'read the log of the worker, and restart it',
  };
}

/** `3 tasks ready`, or the DAGs that wait to be planned where there is no task. */
function readyWords({ readyTasks, dueSchedules }: QueueHealth): string {
  if (readyTasks > 0) return `${tasksText(readyTasks)} ready`;
  return dueSchedules === 1 ? '1 schedule due' : `${countText(dueSchedules)} schedules due`;
}

function tasksText(count: number): string {
  return count === 1 ? '1 task' : `${countText(count)} tasks`;
}
