/** Decides which runs a DAG is owed now: those just due, and missed ones by its catch-up policy. */
import type { CatchupPolicy } from '../dag/dag.ts';
import { type ClosedDate, closedBetween } from './closed_dates.ts';
import { instantsBetween, nextInstant, type Schedule } from './schedule.ts';

/**
 * The age in ms from which a due instant counts as missed. A younger one is only late: a restart or a deploy is no
 * outage.
 */
export const MISSED_AFTER_MS = 5 * 60_000;

/** The largest number of missed instants, and of closed dates, in a plan. */
const MISSED_AT_MOST = 1000;

export interface DagTiming {
  readonly schedule: Schedule;
  readonly catchup: CatchupPolicy;
  /** The largest age in ms at which a missed instant is still caught up. */
  readonly catchupWindowMs: number;
}

export interface DueRun {
  readonly scheduledFor: Temporal.Instant;
  readonly runType: 'scheduled' | 'catchup';
}

export interface DuePlan {
  /** The runs to create, oldest first. */
  readonly runs: readonly DueRun[];
  /** Instants that get no run, oldest first; if there are more than 1000, the newest. */
  readonly missed: readonly Temporal.Instant[];
  /** The dates that had no run because the calendar closes them, oldest first; if there are more than 1000, the newest. */
  readonly closed: readonly ClosedDate[];
  /** The next instant of the schedule; null if it has ended. */
  readonly next: Temporal.Instant | null;
  /** The instant to plan at again: `next`, or the first instant of a closed date before it. */
  readonly planAgainAt: Temporal.Instant | null;
}

/** A span of time: `after` exclusive, `until` inclusive. */
interface Span {
  readonly after: Temporal.Instant;
  readonly until: Temporal.Instant;
}

/**
 * Sorts the instants after `cursor`, up to `now`, into runs and missed ones, at millisecond resolution. Once the plan
 * is carried out, everything up to `now` is settled.
 *
 * An instant not older than `MISSED_AFTER_MS` gets a scheduled run under every policy. For older ones, `none` makes no
 * run; `latest` runs the newest, if it lies within the window and nothing newer is due; `all` runs each within the
 * window, without a limit.
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
  const next = nextInstant(schedule, later(cursor, now));
  return {
    runs: [
      ...caughtUp.map((scheduledFor): DueRun => ({ scheduledFor, runType: 'catchup' })),
      ...scheduled.map((scheduledFor): DueRun => ({ scheduledFor, runType: 'scheduled' })),
    ],
    missed: missed.slice(-MISSED_AT_MOST),
    closed: closedBetween(schedule, { after: cursor, until: now }).slice(-MISSED_AT_MOST),
    next,
    planAgainAt: firstClosed(schedule, { after: later(cursor, now), until: next }) ?? next,
  };
}

/** Returns the first instant of the first closed date of the span; null if there is none. */
function firstClosed(
  schedule: Schedule,
  { after, until }: { readonly after: Temporal.Instant; readonly until: Temporal.Instant | null },
): Temporal.Instant | null {
  if (until === null) return null;
  return closedBetween(schedule, { after, until })[0]?.at ?? null;
}

/**
 * Returns at least the newest 1001 instants of the span, or all of them. It looks back in growing steps, as a year
 * holds up to 525,600 minutes.
 */
function newestInstants(schedule: Schedule, { after, until }: Span): Temporal.Instant[] {
  for (let lookBackHours = 24; ; lookBackHours *= 4) {
    const from = later(after, until.subtract({ hours: lookBackHours }));
    const found = [...instantsBetween(schedule, { after: from, until })];
    if (found.length > MISSED_AT_MOST || Temporal.Instant.compare(from, after) <= 0) return found;
  }
}

/** Returns the last instant that is older than `ageMs` at `now`. */
function olderThan(now: Temporal.Instant, ageMs: number): Temporal.Instant {
  return Temporal.Instant.fromEpochMilliseconds(now.epochMilliseconds - ageMs - 1);
}

function later(a: Temporal.Instant, b: Temporal.Instant): Temporal.Instant {
  return Temporal.Instant.compare(a, b) >= 0 ? a : b;
}

function earlier(a: Temporal.Instant, b: Temporal.Instant): Temporal.Instant {
  return Temporal.Instant.compare(a, b) <= 0 ? a : b;
}
