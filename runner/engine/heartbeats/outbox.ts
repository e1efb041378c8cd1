/**
 * Writes the pings of a DAG's heartbeat in the transaction of the change that they tell of. A monitor outside waits for them,
 * and raises the alarm when they stay away: also when nothing is left here that could. A DAG without a heartbeat costs no
 * statement.
 */
import type { Dag } from '../../core/dag/dag.ts';
import type { DagIndex } from '../../core/dag/index.ts';
import { endBody, type PingKind, pingTitle } from '../../core/heartbeat/ping.ts';
import { type ClosedDate, closedWords } from '../../core/time/closed_dates.ts';
import { failureOfRun } from '../../store/alert/failure.ts';
import { insertPing, meterOfRun } from '../../store/heartbeat/ping.ts';
import type { Queryable } from '../../store/queryable.ts';
import { addHeartbeatJob } from '../../store/queue/job.ts';
import type { DagRun } from '../../store/run/dag_run.ts';
import { failpoint } from '../failpoint.ts';

export interface PingedRun {
  readonly run: DagRun;
  readonly index: DagIndex;
}

export async function pingStart(tx: Queryable, { run, index }: PingedRun): Promise<void> {
  if (!isWatched(run, index.dag)) return;
  await post(tx, { dag: index.dag, runId: run.runId, kind: 'start', body: pingTitle(run, 'started') });
}

/** @param why for a run that was ended as a whole; null if its tasks tell it */
export async function pingEnd(
  tx: Queryable,
  { run, index }: PingedRun,
  { kind, why }: { readonly kind: 'success' | 'fail'; readonly why: string | null },
): Promise<void> {
  if (!isWatched(run, index.dag)) return;
  const progress = await failureOfRun(tx, run.runId, index.allowedToFail);
  const figures = { ...progress, ...(await meterOfRun(tx, run.runId)) };
  await post(tx, {
    dag: index.dag,
    runId: run.runId,
    kind,
    body: endBody(run, { kind, why }, figures),
  });
}

/** Notes on the monitor that the schedule was paused or resumed. The monitor itself is paused by a person. */
export async function pingNote(tx: Queryable, dag: Dag, note: string): Promise<void> {
  if (dag.heartbeat === null) return;
  await post(tx, { dag, runId: null, kind: 'log', body: `${dag.dagId}: ${note}` });
}

/** Tells the monitor of a date without a run that this is as it should be: it would take silence for an outage. */
export async function pingClosed(tx: Queryable, dag: Dag, closed: ClosedDate): Promise<void> {
  if (dag.heartbeat === null) return;
  const body = `${dag.dagId} ${closed.date}: ${closedWords(closed)}`;
  await post(tx, { dag, runId: null, kind: 'success', body });
}

/**
 * A monitor waits for the runs of the schedule. A backfill of an old date would tell it that tonight went well; what a person
 * triggers is told of where there is no schedule.
 */
function isWatched({ runType }: DagRun, { heartbeat, schedule, after }: Dag): boolean {
  if (heartbeat === null) return false;
  return (
    runType === 'scheduled' ||
    runType === 'catchup' ||
    (runType === 'manual' && schedule.length === 0 && after === null)
  );
}

interface Posted {
  readonly dag: Dag;
  readonly runId: number | null;
  readonly kind: PingKind;
  readonly body: string;
}

async function post(tx: Queryable, { dag, runId, kind, body }: Posted): Promise<void> {
  if (dag.heartbeat === null) return;
  await insertPing(tx, { dagId: dag.dagId, runId, connection: dag.heartbeat, kind, body });
  failpoint('heartbeat.inserted');
  await addHeartbeatJob(tx, dag.dagId, null);
}
