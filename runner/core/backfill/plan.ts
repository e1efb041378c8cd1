/**
 * Decides what a backfill does with each instant of its dates. The plan that is printed and the plan that is run are
 * both made here.
 */

import type { Dag } from '../dag/dag.ts';
import type { RunMode } from '../dag/run_mode.ts';
import { isTerminalRunState, type RunState } from '../run/states.ts';
import { closedDateOf, closedWords } from '../time/closed_dates.ts';
import { instantsBetween, type Schedule, scheduleOf } from '../time/schedule.ts';
import { businessDateOf } from '../time/wall_time.ts';
import type { Remedy } from '../value/remedy.ts';
import type { RunWithParams } from '../value/task_remedy.ts';

/** The runs that are run again among those that have ended: none, those that did not succeed, or all. */
export const REPROCESS_MODES = ['none', 'failed', 'completed'] as const;
export type Reprocess = (typeof REPROCESS_MODES)[number];

export const BACKFILL_ORDERS = ['oldest_first', 'newest_first'] as const;
export type BackfillOrder = (typeof BACKFILL_ORDERS)[number];

export const BACKFILL_DECISIONS = ['create', 'rerun', 'skip', 'refused'] as const;
export type BackfillDecision = (typeof BACKFILL_DECISIONS)[number];

/** The largest number of instants in one backfill. A larger range is more often a mistyped year than intended. */
export const BACKFILL_INSTANTS_AT_MOST = 1000;

/** The dates cannot be worked as requested. */
export class BackfillRangeError extends Error {
  override name = 'BackfillRangeError';
  readonly remedy: Remedy | null;
  constructor(message: string, remedy: Remedy | null = null) {
    super(message);
    this.remedy = remedy;
  }
}

export interface BackfillRange {
  /** The first business date. */
  readonly from: Temporal.PlainDate;
  /** The last business date, not before `from`. */
  readonly to: Temporal.PlainDate;
  readonly reprocess: Reprocess;
  readonly order: BackfillOrder;
}

/** An existing run of an instant: made by the schedule, by an earlier backfill, or by hand for that date. */
export interface ExistingRun {
  readonly runId: number;
  readonly scheduledFor: Temporal.Instant;
  readonly state: RunState;
  readonly mode: RunMode;
}

/** The decision for one instant. */
export interface Decided {
  readonly decision: BackfillDecision;
  /** The reason in a few words, for every decision except `create`: `succeeded`, `failed`, `newer snapshot applied`. */
  readonly reason: string | null;
  /** A sentence with the facts; null if the reason says everything. */
  readonly detail: string | null;
  /** The id of the existing run; null if there is none. */
  readonly runId: number | null;
}

export interface PlannedDate extends Decided {
  readonly businessDate: Temporal.PlainDate;
  /** Null for a date on which the schedule has no instant. */
  readonly scheduledFor: Temporal.Instant | null;
  /** The params with which a refused date can run all the same, where they are known. */
  readonly remedy?: RunWithParams | null;
}

export interface KnownFacts {
  /** The runs of the range's instants, in any order. */
  readonly runs: readonly ExistingRun[];
  readonly now: Temporal.Instant;
  /** The schedule of the dates, for a DAG that runs after another one; without it the DAG's own. */
  readonly schedule?: Schedule;
}

/**
 * Returns the decision for every date of the range, in the order in which they are run. A date with several instants
 * appears once for each.
 * @throws BackfillRangeError if the range is reversed, too long or has no schedule
 */
export function planBackfill(dag: Dag, range: BackfillRange, known: KnownFacts): readonly PlannedDate[] {
  const byInstant = Map.groupBy(known.runs, ({ scheduledFor }) => scheduledFor.epochMilliseconds);
  const planned = datesOf({ dag, schedule: known.schedule ?? scheduleOf(dag) }, range).flatMap(
    ({ businessDate, instants, reason }): readonly PlannedDate[] =>
      instants.length === 0
        ? [{ businessDate, scheduledFor: null, decision: 'skip', reason, detail: null, runId: null }]
        : instants.map((scheduledFor) => {
            const isDue = Temporal.Instant.compare(scheduledFor, known.now) <= 0;
            const runs = byInstant.get(scheduledFor.epochMilliseconds) ?? [];
            const decided = isDue ? decideInstant(runs, range.reprocess) : skip('in the future');
            return { businessDate, scheduledFor, ...decided };
          }),
  );
  return range.order === 'oldest_first' ? planned : planned.toReversed();
}

/**
 * Decides an instant that is in the past. If it has several runs (a manual one beside the schedule's), an unfinished
 * run decides first, then a successful one, then the newest.
 */
export function decideInstant(runs: readonly ExistingRun[], reprocess: Reprocess): Decided {
  const rank = ({ state }: ExistingRun) => (isTerminalRunState(state) ? (state === 'success' ? 1 : 2) : 0);
  const [run] = runs.toSorted((a, b) => rank(a) - rank(b) || b.runId - a.runId);
  if (run === undefined) return { decision: 'create', reason: null, detail: null, runId: null };
  const { runId, state, mode } = run;
  const ended = state === 'success' ? 'succeeded' : state;
  const reason = mode === 'shadow' ? `${ended} in shadow` : ended;
  const isWanted = isTerminalRunState(state) && WORKS_AGAIN[reprocess](state);
  return { decision: isWanted ? 'rerun' : 'skip', reason, detail: null, runId };
}

/**
 * Returns the decision as printed: `create`, `re-run (failed)`, `skip (succeeded)`, `refused (newer snapshot applied)`.
 */
export function decisionText({ decision, reason }: Pick<Decided, 'decision' | 'reason'>): string {
  const verb = decision === 'rerun' ? 're-run' : decision;
  return reason === null ? verb : `${verb} (${reason})`;
}

/** Returns true if the backfill makes or reruns a run for this decision. */
export function isWorked({ decision }: Pick<Decided, 'decision'>): boolean {
  return decision === 'create' || decision === 'rerun';
}

/** `failed` includes cancelled runs, as they did not succeed either. */
const WORKS_AGAIN: Readonly<Record<Reprocess, (state: RunState) => boolean>> = {
  none: () => false,
  failed: (state) => state !== 'success',
  completed: () => true,
};

interface RangeDate {
  readonly businessDate: Temporal.PlainDate;
  readonly instants: readonly Temporal.Instant[];
  /** The reason why the date has no instant. */
  readonly reason: string;
}

/** Returns every date of the range, oldest first. */
function datesOf(scheduled: ScheduledDag, { from, to }: BackfillRange): readonly RangeDate[] {
  const { dag, schedule } = scheduled;
  if (schedule.crons.length === 0) {
    const { dagId } = dag;
    throw new BackfillRangeError(`${dagId} has no schedule, so no date has an instant to work`, {
      action: 'trigger_date',
      dagId,
      date: from,
    });
  }
  const dayCount = from.until(to, { largestUnit: 'days' }).days + 1;
  if (dayCount < 1) throw new BackfillRangeError(`the first date ${from} lies after the last date ${to}`);
  if (dayCount > BACKFILL_INSTANTS_AT_MOST) throw tooMany(`${from} to ${to} has ${dayCount} dates`);
  const byDate = instantsByDate(scheduled, { from, to });
  return Array.from({ length: dayCount }, (_, index) => from.add({ days: index })).map((businessDate) => ({
    businessDate,
    instants: byDate.get(businessDate.toString()) ?? [],
    reason: reasonForNone(dag, schedule, businessDate),
  }));
}

interface ScheduledDag {
  readonly dag: Dag;
  readonly schedule: Schedule;
}

function instantsByDate(
  { dag, schedule }: ScheduledDag,
  { from, to }: Pick<BackfillRange, 'from' | 'to'>,
): ReadonlyMap<string, readonly Temporal.Instant[]> {
  const startOf = (date: Temporal.PlainDate) => date.toZonedDateTime(schedule.timezone).toInstant();
  const span = {
    after: startOf(from).subtract({ milliseconds: 1 }),
    until: startOf(to.add({ days: 1 })).subtract({ milliseconds: 1 }),
  };
  const found: Temporal.Instant[] = [];
  for (const instant of instantsBetween(schedule, span)) {
    if (found.length === BACKFILL_INSTANTS_AT_MOST)
      throw tooMany(`${dag.dagId} is due more often than that from ${from} to ${to}`);
    found.push(instant);
  }
  return Map.groupBy(found, (instant) => businessDateOf(instant, schedule.timezone).toString());
}

function reasonForNone({ startDate, endDate }: Dag, schedule: Schedule, date: Temporal.PlainDate): string {
  if (startDate !== null && Temporal.PlainDate.compare(date, startDate) < 0)
    return `before start_date ${startDate}`;
  if (endDate !== null && Temporal.PlainDate.compare(date, endDate) > 0) return `after end_date ${endDate}`;
  const closed = closedDateOf(schedule, date);
  return closed === null ? 'not in the schedule' : closedWords(closed);
}

function tooMany(what: string): BackfillRangeError {
  return new BackfillRangeError(
    `a backfill works at most ${BACKFILL_INSTANTS_AT_MOST} instants, and ${what}; ask for it in parts`,
  );
}

function skip(reason: string): Decided {
  return { decision: 'skip', reason, detail: null, runId: null };
}
