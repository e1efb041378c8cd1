/** The last nights of every DAG: each instant on which it was due, with the result of its run, oldest first. */
import type { RunMode } from '../../core/dag/run_mode.ts';
import type { RunState } from '../../core/run/states.ts';
import { businessDateOf } from '../../core/time/wall_time.ts';
import type { Queryable } from '../../store/queryable.ts';
import { type StripInstant, stripInstants } from '../../store/run/strip.ts';
import { type DagFacts, undecided } from './last_run_status.ts';

/** `pruned`: it had a run, which is older than the history that is kept. `closed`: by the calendar. */
export type StripVerdict = RunState | 'did not run' | 'closed' | 'pruned';

export interface StripCell {
  readonly scheduledFor: Temporal.Instant;
  readonly businessDate: Temporal.PlainDate;
  readonly verdict: StripVerdict;
  /** Null where it has no run. */
  readonly mode: RunMode | null;
  /** The name of a date that the calendar closes; null for another. */
  readonly closedAs: string | null;
  readonly runId: number | null;
}

export const STRIP_CELLS = 30;

/** Returns the cells of each DAG by dag_id, at most `STRIP_CELLS`; none for a DAG that was never due. */
export async function readStrips(
  db: Queryable,
  dags: readonly DagFacts[],
  now: Temporal.Instant,
): Promise<ReadonlyMap<string, readonly StripCell[]>> {
  const ids = dags.map(({ dagId }) => dagId);
  const decided = Map.groupBy(await stripInstants(db, ids, STRIP_CELLS), ({ dagId }) => dagId);
  return new Map(dags.map((facts) => [facts.dagId, stripOf(facts, decided.get(facts.dagId) ?? [], now)]));
}

/** Returns the cells of a DAG: the decided instants, and those that passed without a scheduler deciding on them. */
export function stripOf(
  facts: DagFacts,
  decided: readonly StripInstant[],
  now: Temporal.Instant,
): readonly StripCell[] {
  const { dag } = facts;
  const known = new Set(decided.map(({ scheduledFor }) => scheduledFor.epochMilliseconds));
  const { due, closed } = undecided(facts, now);
  const overdue = [
    ...due.map((scheduledFor) => ({
      scheduledFor,
      businessDate: businessDateOf(scheduledFor, dag?.timezone ?? 'UTC'),
      verdict: 'did not run' as const,
      closedAs: null,
      mode: null,
      runId: null,
    })),
    ...closed.map(({ at, date, name }) => ({
      scheduledFor: at,
      businessDate: date,
      verdict: 'closed' as const,
      closedAs: name,
      mode: null,
      runId: null,
    })),
  ].filter(({ scheduledFor }) => !known.has(scheduledFor.epochMilliseconds));
  const inOrder = overdue.toSorted((a, b) => Temporal.Instant.compare(a.scheduledFor, b.scheduledFor));
  return [...decided.map(cellOf), ...inOrder].slice(-STRIP_CELLS);
}

const WITHOUT_RUN = { run: 'pruned', missed: 'did not run', closed: 'closed' } as const;

function cellOf(instant: StripInstant): StripCell {
  const { scheduledFor, businessDate, decision, closedAs, runId, state, mode } = instant;
  return { scheduledFor, businessDate, runId, mode, closedAs, verdict: state ?? WITHOUT_RUN[decision] };
}
