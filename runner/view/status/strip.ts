/** The last nights of every DAG: each instant on which it was due, with the result of its run, oldest first. */
import type { RunMode } from '../../core/dag/run_mode.ts';
import type { RunState } from '../../core/run/states.ts';
import { businessDateOf } from '../../core/time/wall_time.ts';
import type { Queryable } from '../../store/queryable.ts';
import { type StripInstant, stripInstants } from '../../store/run/strip.ts';
import { type DagFacts, overdueInstants } from './last_run_status.ts';

/** `pruned`: it had a run, which is older than the history that is kept. */
export type StripVerdict = RunState | 'did not run' | 'pruned';

export interface StripCell {
  readonly scheduledFor: Temporal.Instant;
  readonly businessDate: Temporal.PlainDate;
  readonly verdict: StripVerdict;
  /** Null where it has no run. */
  readonly mode: RunMode | null;
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
  const overdue = overdueInstants(facts, now)
    .filter((instant) => !known.has(instant.epochMilliseconds))
    .map(
      (scheduledFor): StripCell => ({
        scheduledFor,
        businessDate: businessDateOf(scheduledFor, dag?.timezone ?? 'UTC'),
        verdict: 'did not run',
        mode: null,
        runId: null,
      }),
    );
  return [...decided.map(cellOf), ...overdue].slice(-STRIP_CELLS);
}

function cellOf({ scheduledFor, businessDate, decision, runId, state, mode }: StripInstant): StripCell {
  return {
    scheduledFor,
    businessDate,
    runId,
    mode,
    verdict: state ?? (decision === 'run' ? 'pruned' : 'did not run'),
  };
}
