/** The facts of an alert, stored beside its sentence. Messages are made of them. */
import { z } from 'zod';
import { RUN_MODES, type RunMode } from '../dag/run_mode.ts';
import { type TaskRemedy, taskRemedySchema } from '../value/task_remedy.ts';

/** A figure that was judged, with the bound that it crossed. */
export interface AlertFigure {
  readonly name: string;
  /** In words for people, such as `52m` or `2026-03-10 05:00 America/New_York`. */
  readonly value: string;
  readonly bound: string | null;
}

export interface AlertFacts {
  /** The IANA zone in which times of this DAG are told. */
  readonly timezone: string;
  /** Whether the run works in shadow; `apply` for a due instant whose run was never made. */
  readonly mode: RunMode;
  /** The date for which the run works; null for a due instant whose run was never made. */
  readonly businessDate: string | null;
  /** The task of the alert: the first that failed, was late or warned; null if it is about the whole run. */
  readonly taskId: string | null;
  /** The number of tasks that failed, were late or warned. */
  readonly taskCount: number;
  readonly figure: AlertFigure | null;
  readonly errorClass: string | null;
  /** The error or the warning in full. */
  readonly errorText: string | null;
  /** The action that the task proposed; null for none. */
  readonly remedy: TaskRemedy | null;
  /** The person who ended the run so; null if nobody did. */
  readonly actor: string | null;
  /** The work that the run had done when it ended: null for an alert of a run that has not ended. */
  readonly done: AlertProgress | null;
  /** The kinds that a `recovered` alert closes; empty for the others. */
  readonly closes: readonly string[];
}

/** How far a run has come. */
export interface AlertProgress {
  readonly tasksDone: number;
  readonly taskCount: number;
  /** The number of files that the run has published. */
  readonly filesPublished: number;
}

const schema = z.object({
  timezone: z.string(),
  // Alerts of earlier versions are all of runs that apply.
  mode: z.enum(RUN_MODES).default('apply'),
  businessDate: z.string().nullable(),
  taskId: z.string().nullable(),
  taskCount: z.number(),
  figure: z.object({ name: z.string(), value: z.string(), bound: z.string().nullable() }).nullable(),
  errorClass: z.string().nullable(),
  errorText: z.string().nullable(),
  remedy: taskRemedySchema.nullable().catch(null),
  actor: z.string().nullable(),
  done: z.object({ tasksDone: z.number(), taskCount: z.number(), filesPublished: z.number() }).nullable(),
  closes: z.array(z.string()),
}) satisfies z.ZodType<AlertFacts>;

/** Returns the stored facts of an alert; null if another version wrote what this one cannot read. */
export function readAlertFacts(stored: unknown): AlertFacts | null {
  return schema.safeParse(stored).data ?? null;
}
