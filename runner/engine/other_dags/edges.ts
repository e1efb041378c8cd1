/** Finds what the edges of a task to other DAGs wait for, and whether it has happened. */
import type { DagEdge } from '../../core/dag/dag.ts';
import { awaitedDate, awaitedInstant, type EdgeState, edgeState } from '../../core/other_dags/awaited_run.ts';
import type { FoundEdge } from '../../core/other_dags/words.ts';
import { recordedDateBefore, recordedInstants, runsOfDate } from '../../store/other_dags/awaited.ts';
import type { Queryable } from '../../store/queryable.ts';
import { type AwaitedDag, readAwaitedDag } from './awaited_schedule.ts';

export interface EdgeMoment {
  /** The business date of the run that waits. */
  readonly date: Temporal.PlainDate;
  readonly now: Temporal.Instant;
}

/** Returns each edge with its state. */
export async function findEdges(
  db: Queryable,
  edges: readonly DagEdge[],
  moment: EdgeMoment,
): Promise<readonly FoundEdge[]> {
  const found: FoundEdge[] = [];
  for (const edge of edges) found.push(await findEdge(db, edge, moment));
  return found;
}

export function isMet({ state }: FoundEdge): boolean {
  return state.kind === 'met';
}

async function findEdge(db: Queryable, edge: DagEdge, { date, now }: EdgeMoment): Promise<FoundEdge> {
  const dag = await readAwaitedDag(db, edge.dagId);
  if (dag === null) {
    const awaited = edge.date === 'same' ? date : null;
    return { ...edge, awaitedDate: awaited, state: { kind: 'no_dag' }, timezone: 'UTC', isPaused: false };
  }
  const awaited = await awaitedDateOf(db, edge, dag, date);
  const state: EdgeState =
    awaited === null ? { kind: 'met', runId: null } : await stateOn(db, edge, dag, { date: awaited, now });
  const { timezone } = dag.schedule;
  return { ...edge, awaitedDate: awaited, state, timezone, isPaused: dag.row.isPaused };
}

/** Returns the business date for which an edge of a run waits; null if the other DAG has none before. */
export async function awaitedDateOf(
  db: Queryable,
  edge: DagEdge,
  dag: AwaitedDag,
  date: Temporal.PlainDate,
): Promise<Temporal.PlainDate | null> {
  if (edge.date === 'same') return date;
  const byHand = dag.schedule.crons.length === 0;
  const recorded = await recordedDateBefore(db, { dagId: dag.scheduleDagId, byHand }, date);
  return awaitedDate('previous', date, dag, recorded);
}

async function stateOn(
  db: Queryable,
  { dagId, taskId }: DagEdge,
  dag: AwaitedDag,
  { date, now }: EdgeMoment,
): Promise<EdgeState> {
  const recorded = await recordedInstants(db, dag.scheduleDagId, date);
  const instant = awaitedInstant(date, dag, recorded);
  return edgeState({ taskId }, instant, await runsOfDate(db, dagId, { date, taskId }), now);
}
