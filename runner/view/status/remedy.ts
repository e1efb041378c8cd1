import type { LastRunStatus } from './last_run_status.ts';

/** The action that shows why a DAG is in its status, or that changes it. */
export type StatusRemedy =
  | { readonly action: 'explain_run'; readonly runId: number }
  | { readonly action: 'show_run'; readonly runId: number }
  | { readonly action: 'validate_dag'; readonly dagId: string }
  | { readonly action: 'trigger_date'; readonly dagId: string; readonly date: Temporal.PlainDate }
  | { readonly action: 'resume_dag'; readonly dagId: string }
  | { readonly action: 'start_worker' };

/**
 * Returns null where there is nothing to do.
 *
 * @param hasVersion false while no worker has read a valid file of the DAG
 */
export function statusRemedy(
  { verdict, isProblem, run, dagId, businessDate }: LastRunStatus,
  { hasVersion }: { readonly hasVersion: boolean },
): StatusRemedy | null {
  if (verdict === 'queued' && run !== null) return { action: 'explain_run', runId: run.runId };
  if (isProblem) {
    if (verdict === 'invalid') return { action: 'validate_dag', dagId };
    if (run !== null) return { action: 'show_run', runId: run.runId };
    return businessDate && { action: 'trigger_date', dagId, date: businessDate };
  }
  if (verdict === 'paused') return { action: 'resume_dag', dagId };
  return verdict === 'not due yet' && !hasVersion ? { action: 'start_worker' } : null;
}
