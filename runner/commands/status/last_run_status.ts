/** What became of each DAG's last night. */

import type { Dag } from '../../core/dag/dag.ts';
import type { RunState } from '../../core/run/states.ts';
import { MISSED_AFTER_MS, planDue } from '../../core/time/due.ts';
import { scheduleOf } from '../../core/time/schedule.ts';
import { businessDateOf } from '../../core/time/wall_time.ts';
import type { DueInstant, LastRun, LastRunKey } from '../../store/run/last_due_run.ts';
import type { TaskWarning } from '../../store/task/warning.ts';
import { msBetween } from '../output/time_text.ts';

/** What is known of a DAG before its night's run is looked up. */
export interface DagNight {
  readonly dagId: string;
  /** The version in force; null where there never was a valid one. */
  readonly dag: Dag | null;
  readonly isPaused: boolean;
  /** Of the DAG's file. */
  readonly problems: readonly string[];
  /** The newest instant on which the scheduler decided something. */
  readonly lastDue: DueInstant | null;
  /** Instants of the schedule up to this one are settled; null for a DAG that the database does not know. */
  readonly cursor: Temporal.Instant | null;
}

export type NightVerdict = RunState | 'did not run' | 'invalid' | 'paused' | 'not due yet';

export interface NightStatus {
  readonly dagId: string;
  readonly verdict: NightVerdict;
  readonly isProblem: boolean;
  readonly businessDate: Temporal.PlainDate | null;
  readonly scheduledFor: Temporal.Instant | null;
  readonly timezone: string;
  readonly run: LastRun | null;
  /** A sentence on what is wrong, or empty. */
  readonly detail: string;
  /** Told by the run's tasks; they do not make it a problem. */
  readonly warnings: readonly TaskWarning[];
}

/** The night that a DAG has to answer for: the newest instant on which it was due. */
export function nightKey(
  { dagId, dag, isPaused, lastDue, cursor }: DagNight,
  now: Temporal.Instant,
): LastRunKey {
  const overdue = isPaused || dag === null || cursor === null ? null : newestOverdue(dag, cursor, now);
  if (overdue !== null && dag !== null) {
    return { dagId, scheduledFor: overdue, businessDate: businessDateOf(overdue, dag.timezone) };
  }
  return { dagId, scheduledFor: lastDue?.scheduledFor ?? null, businessDate: lastDue?.businessDate ?? null };
}

export function nightStatus(
  night: DagNight,
  key: LastRunKey,
  run: LastRun | null,
  warnings: readonly TaskWarning[],
): NightStatus {
  const base = {
    dagId: night.dagId,
    businessDate: key.businessDate ?? run?.businessDate ?? null,
    scheduledFor: key.scheduledFor ?? run?.scheduledFor ?? null,
    timezone: night.dag?.timezone ?? 'UTC',
    run,
    warnings,
  };
  const [problem] = night.problems;
  if (problem !== undefined) return { ...base, verdict: 'invalid', isProblem: true, detail: problem };
  if (run !== null) {
    const late = run.missedDeadlines.map((taskId) => `${taskId} missed its deadline`);
    const failure = run.failedTaskId === null ? [] : [`${run.failedTaskId}: ${run.errorText ?? 'failed'}`];
    const mended = run.recoveredFailure === null ? [] : [`it had failed before: ${run.recoveredFailure}`];
    const isProblem = run.state === 'failed' || run.state === 'cancelled' || late.length > 0;
    return { ...base, verdict: run.state, isProblem, detail: [...failure, ...late, ...mended].join('; ') };
  }
  if (key.scheduledFor !== null) {
    const isDecided = night.lastDue?.scheduledFor.equals(key.scheduledFor) === true;
    const why = isDecided
      ? `missed, and catchup is ${night.dag?.catchup}`
      : 'no worker has been running since';
    return { ...base, verdict: 'did not run', isProblem: true, detail: why };
  }
  return { ...base, verdict: night.isPaused ? 'paused' : 'not due yet', isProblem: false, detail: '' };
}

/** The newest instant that passed without anyone having looked. */
function newestOverdue(dag: Dag, cursor: Temporal.Instant, now: Temporal.Instant): Temporal.Instant | null {
  const timing = { schedule: scheduleOf(dag), catchup: dag.catchup, catchupWindowMs: dag.catchupWindowMs };
  const plan = planDue(timing, { cursor, now });
  const due = [...plan.missed, ...plan.runs.map(({ scheduledFor }) => scheduledFor)];
  return (
    due
      .filter((instant) => msBetween(instant, now) > MISSED_AFTER_MS)
      .toSorted(Temporal.Instant.compare)
      .at(-1) ?? null
  );
}
