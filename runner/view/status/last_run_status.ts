/** The status of each DAG's last run that was due: its run's state, or that there was none. */

import type { Dag } from '../../core/dag/dag.ts';
import type { RunState } from '../../core/run/states.ts';
import type { ClosedDate } from '../../core/time/closed_dates.ts';
import { MISSED_AFTER_MS, planDue } from '../../core/time/due.ts';
import { scheduleOf } from '../../core/time/schedule.ts';
import { businessDateOf } from '../../core/time/wall_time.ts';
import type { DueInstant, LastRun, LastRunKey } from '../../store/run/last_due_run.ts';
import type { TaskWarning } from '../../store/task/warning.ts';
import { msBetween } from '../time_text.ts';

/** The facts about a DAG that decide which run to look up. */
export interface DagFacts {
  readonly dagId: string;
  /** The version in force; null where there never was a valid one. */
  readonly dag: Dag | null;
  readonly isPaused: boolean;
  /** The problems of the DAG's file. */
  readonly problems: readonly string[];
  /** The newest instant, of an open date, on which the scheduler decided something. */
  readonly lastDue: DueInstant | null;
  /** The date that the scheduler found closed after that; null if there was none. */
  readonly lastClosed: ClosedDate | null;
  /** Instants of the schedule up to this one are settled; null for a DAG that the database does not know. */
  readonly cursor: Temporal.Instant | null;
}

export type LastRunVerdict = RunState | 'did not run' | 'closed' | 'invalid' | 'paused' | 'not due yet';

export interface LastRunStatus {
  readonly dagId: string;
  readonly verdict: LastRunVerdict;
  readonly isProblem: boolean;
  readonly businessDate: Temporal.PlainDate | null;
  readonly scheduledFor: Temporal.Instant | null;
  readonly timezone: string;
  readonly run: LastRun | null;
  /** The date after the last run that the calendar closes; null if it closes none. */
  readonly closed: ClosedDate | null;
  /** A sentence on what is wrong, or empty. */
  readonly detail: string;
  /** The warnings of the run's tasks; they do not make it a problem. */
  readonly warnings: readonly TaskWarning[];
}

/** Returns the key of the run that a DAG has to answer for: that of the newest instant on which it was due. */
export function lastRunKey(
  { dagId, dag, isPaused, lastDue, cursor }: DagFacts,
  now: Temporal.Instant,
): LastRunKey {
  const overdue = undecided({ dag, isPaused, cursor }, now).due.at(-1);
  if (overdue !== undefined && dag !== null) {
    return { dagId, scheduledFor: overdue, businessDate: businessDateOf(overdue, dag.timezone) };
  }
  return { dagId, scheduledFor: lastDue?.scheduledFor ?? null, businessDate: lastDue?.businessDate ?? null };
}

/** Returns the newest closed date, if the DAG was not due after it; null if there is none. */
export function closedSince(facts: DagFacts, key: LastRunKey, now: Temporal.Instant): ClosedDate | null {
  const closed = undecided(facts, now).closed.at(-1) ?? facts.lastClosed;
  if (closed === null || closed === undefined) return null;
  const isLast = key.scheduledFor === null || Temporal.Instant.compare(closed.at, key.scheduledFor) > 0;
  return isLast ? closed : null;
}

/** Returns the key of a run that a person made for a date that is closed. */
export function closedRunKey(dagId: string, { at, date }: ClosedDate): LastRunKey {
  return { dagId, scheduledFor: at, businessDate: date };
}

/**
 * Returns the status of a DAG whose last date is closed. The run before it still has to be answered for while it is a
 * problem or under way.
 */
export function statusOnClosed(last: LastRunStatus, closed: ClosedDate): LastRunStatus {
  const isOpen = last.verdict === 'running' || last.verdict === 'queued';
  if (last.isProblem || isOpen) return { ...last, closed };
  return {
    ...last,
    verdict: 'closed',
    businessDate: closed.date,
    scheduledFor: closed.at,
    run: null,
    closed,
    detail: '',
    warnings: [],
  };
}

export function lastRunStatus(
  facts: DagFacts,
  key: LastRunKey,
  run: LastRun | null,
  warnings: readonly TaskWarning[],
): LastRunStatus {
  const base = {
    dagId: facts.dagId,
    businessDate: key.businessDate ?? run?.businessDate ?? null,
    scheduledFor: key.scheduledFor ?? run?.scheduledFor ?? null,
    timezone: facts.dag?.timezone ?? 'UTC',
    run,
    closed: null,
    warnings,
  };
  const [problem] = facts.problems;
  if (problem !== undefined) return { ...base, verdict: 'invalid', isProblem: true, detail: problem };
  if (run !== null) {
    const late = run.missedDeadlines.map((taskId) => `${taskId} missed its deadline`);
    const failure = run.failedTaskId === null ? [] : [`${run.failedTaskId}: ${run.errorText ?? 'failed'}`];
    const earlierFailure =
      run.recoveredFailure === null ? [] : [`it had failed before: ${run.recoveredFailure}`];
    const skipped = run.wasSkipped && run.reason !== null ? [run.reason] : [];
    const isProblem =
      run.state === 'failed' || (run.state === 'cancelled' && !run.wasSkipped) || late.length > 0;
    return {
      ...base,
      verdict: run.state,
      isProblem,
      detail: [...skipped, ...failure, ...late, ...earlierFailure].join('; '),
    };
  }
  if (key.scheduledFor !== null) {
    const isDecided = facts.lastDue?.scheduledFor.equals(key.scheduledFor) === true;
    const why = isDecided
      ? `missed, and catchup is ${facts.dag?.catchup}`
      : 'no worker has been running since';
    return { ...base, verdict: 'did not run', isProblem: true, detail: why };
  }
  return { ...base, verdict: facts.isPaused ? 'paused' : 'not due yet', isProblem: false, detail: '' };
}

/** The instants that passed without a scheduler deciding on them, oldest first. */
export interface Undecided {
  readonly due: readonly Temporal.Instant[];
  readonly closed: readonly ClosedDate[];
}

/** Returns what no scheduler has decided on; nothing of a paused DAG. */
export function undecided(
  { dag, isPaused, cursor }: Pick<DagFacts, 'dag' | 'isPaused' | 'cursor'>,
  now: Temporal.Instant,
): Undecided {
  if (isPaused || dag === null || cursor === null) return { due: [], closed: [] };
  const timing = { schedule: scheduleOf(dag), catchup: dag.catchup, catchupWindowMs: dag.catchupWindowMs };
  const plan = planDue(timing, { cursor, now });
  const due = [...plan.missed, ...plan.runs.map(({ scheduledFor }) => scheduledFor)];
  return {
    due: due
      .filter((instant) => msBetween(instant, now) > MISSED_AFTER_MS)
      .toSorted(Temporal.Instant.compare),
    closed: plan.closed,
  };
}
