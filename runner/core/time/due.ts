/** Which runs a DAG is owed now: those just due, and what its catch-up policy makes of the missed ones. */
import type { CatchupPolicy } from '../dag/dag.ts';
import { instantsBetween, nextInstant, type Schedule } from './schedule.ts';

/** An instant older than this was missed. Until then it is merely late: a restart or a deploy is no outage. */
export const MISSED_AFTER_MS = 5 * 60_000;

/** How many missed instants a plan names. */
const MISSED_AT_MOST = 1000;

export interface DagTiming {
  readonly schedule: Schedule;
  readonly catchup: CatchupPolicy;
  /** How old a missed instant may be and still be caught up. */
  readonly catchupWindowMs: number;
}

export interface DueRun {
  readonly scheduledFor: Temporal.Instant;
  readonly runType: 'scheduled' | 'catchup';
}

export interface DuePlan {
  /** The runs to create, oldest first. */
  readonly runs: readonly DueRun[];
  /** Instants that get no run, oldest first; of more than 1000 the newest. */
  readonly missed: readonly Temporal.Instant[];
  /** When there is something to plan again; null when the schedule has ended. */
  readonly next: Temporal.Instant | null;
}

/** Instants after the first, up to and with the second. */
interface Span {
  readonly after: Temporal.Instant;
  readonly until: Temporal.Instant;
}

/**
 * Sorts the instants after `cursor` (what lies before is settled) up to `now` into runs and missed ones, at
 * millisecond resolution. Once the plan is carried out, everything up to `now` is settled.
 *
 * One not older than `MISSED_AFTER_MS` is a scheduled run, whatever the policy. Of the older ones `none` runs
 * none; `latest` runs the newest, if it lies within the window and nothing newer is due; `all` runs each within
 * the window, without a limit.
 */
export function planDue(
  { schedule, catchup, catchupWindowMs }: DagTiming,
  { cursor, now }: { readonly cursor: Temporal.Instant; readonly now: Temporal.Instant },
): DuePlan {
  const beforeLate = olderThan(now, MISSED_AFTER_MS);
  const beforeWindow = olderThan(now, catchupWindowMs);
  const scheduled = [...instantsBetween(schedule, { after: later(cursor, beforeLate), until: now })];
  let caughtUp: Temporal.Instant[] = [];
  let missed: Temporal.Instant[];

  if (catchup === 'all') {
    caughtUp = [...instantsBetween(schedule, { after: later(cursor, beforeWindow), until: beforeLate })];
    missed = newestInstants(schedule, { after: cursor, until: earlier(beforeWindow, beforeLate) });
  } else {
    missed = newestInstants(schedule, { after: cursor, until: beforeLate });
    const newest = missed.at(-1);
    const isWanted = catchup === 'latest' && scheduled.length === 0;
    if (isWanted && newest !== undefined && Temporal.Instant.compare(newest, beforeWindow) > 0) {
      caughtUp = [newest];
      missed.pop();
    }
  }
  return {
    runs: [
      ...caughtUp.map((scheduledFor): DueRun => ({ scheduledFor, runType: 'catchup' })),
      ...scheduled.map((scheduledFor): DueRun => ({ scheduledFor, runType: 'scheduled' })),
    ],
    missed: missed.slice(-MISSED_AT_MOST),
    next: nextInstant(schedule, later(cursor, now)),
  };
}

/** At least the newest 1001 of the span, or all of it. Looks back in growing steps: a year holds 525,600 minutes. */
function newestInstants(schedule: Schedule, { after, until }: Span): Temporal.Instant[] {
  for (let lookBackHours = 24; ; lookBackHours *= 4) {
    const from = later(after, until.subtract({ hours: lookBackHours }));
    const found = [...instantsBetween(schedule, { after: from, until })];
    if (found.length > MISSED_AT_MOST || Temporal.Instant.compare(from, after) <= 0) return found;
  }
}

/** The last instant that is older than `ageMs` at `now`. */
function olderThan(now: Temporal.Instant, ageMs: number): Temporal.Instant {
  return Temporal.Instant.fromEpochMilliseconds(now.epochMilliseconds - ageMs - 1);
}

function later(a: Temporal.Instant, b: Temporal.Instant): Temporal.Instant {
  return Temporal.Instant.compare(a, b) >= 0 ? a : b;
}

function earlier(a: Temporal.Instant, b: Temporal.Instant): Temporal.Instant {
  return Temporal.Instant.compare(a, b) <= 0 ? a : b;
}
