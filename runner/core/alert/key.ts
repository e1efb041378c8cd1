/** The keys of alerts: which are one trouble, and which were told already. */
import type { AlertKind } from './kind.ts';

/** A run, as far as its alerts are named by it. */
export interface AlertedRun {
  readonly dagId: string;
  readonly runId: number;
  readonly runType: 'scheduled' | 'catchup' | 'manual' | 'backfill';
  readonly scheduledFor: Temporal.Instant;
  /** The number of times that the ended run was queued again. */
  readonly reopenCount: number;
}

/**
 * Returns the key that all alerts of one trouble share. A due instant and the run that was made for it late are one; a
 * manual run is its own.
 */
export function incidentOfRun({ dagId, runId, runType, scheduledFor }: AlertedRun): string {
  return runType === 'manual' ? `${dagId}/run/${runId}` : incidentOfInstant(dagId, scheduledFor);
}

export function incidentOfInstant(dagId: string, scheduledFor: Temporal.Instant): string {
  return `${dagId}/${scheduledFor}`;
}

/**
 * Returns the key of a run's alert: one for each kind, and a new one after each time that the run was queued again. A
 * deadline that has passed is no news then: a run is late once.
 */
export function dedupKeyOfRun(run: AlertedRun, kind: AlertKind): string {
  const key = `${kind}/${incidentOfRun(run)}`;
  return kind === 'deadline_missed' ? key : `${key}/${run.reopenCount}`;
}

/** Returns the key of the alert that nothing started for a due instant; it is told once, whatever becomes of the run. */
export function dedupKeyOfInstant(dagId: string, scheduledFor: Temporal.Instant): string {
  return `not_started/${incidentOfInstant(dagId, scheduledFor)}`;
}
