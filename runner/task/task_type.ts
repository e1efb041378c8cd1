/** A task type: how its tasks run, and what they check before. */
import type { z } from 'zod';
import type { Json } from '../core/value/json.ts';
import type { RunWithParams } from '../core/value/task_remedy.ts';
import type { Connections, RunFacts, TaskContext } from './context.ts';
import type { Files } from './files.ts';

/** The refusal of a run of an old date. */
export interface PrecheckRefusal {
  /** The reason in a few words: `newer snapshot applied`. */
  readonly because: string;
  /** A sentence with the facts. */
  readonly detail: string;
  /** Params with which the date can run all the same. */
  readonly remedy?: RunWithParams;
}

/** The facts of a date before it has a run. */
export interface PrecheckContext<Params> {
  readonly params: Params;
  readonly run: Omit<RunFacts, 'runId' | 'runType'>;
  /** The task's `deadline` on the business date, or null. */
  readonly deadlineAt: Temporal.Instant | null;
  /** The dates that will run before this one. */
  readonly workedBefore: readonly Temporal.PlainDate[];
  readonly connections: Connections;
  readonly files: Pick<Files, 'list'>;
  readonly signal: AbortSignal;
  readonly now: () => Temporal.Instant;
}

export type Precheck = (context: PrecheckContext<unknown>) => Promise<PrecheckRefusal | null>;

/** The facts for a task type's check of what its tasks rely on. */
export interface CheckContext<Params> {
  readonly params: Params;
  readonly connections: Connections;
  readonly signal: AbortSignal;
  /** The present instant by the database's clock. */
  readonly now: () => Temporal.Instant;
}

/** The result of one test of a check. */
export interface CheckFinding {
  /** The verdict; `warning` for a defect that does not stop a run. */
  readonly verdict: 'ok' | 'warning' | 'problem';
  /** One sentence with the facts. */
  readonly found: string;
  /** The action to take; null if nothing is wrong. */
  readonly fix: string | null;
}

export type Check = (context: CheckContext<unknown>) => Promise<readonly CheckFinding[]>;

export interface TaskType<Schema extends z.ZodType = z.ZodType> {
  readonly type: string;
  /** A description in one line, for `dags schema` and the docs. */
  readonly description: string;
  readonly params: Schema;
  /**
   * `process`: each attempt runs in a process of its own with the same context, so that what ends a process (no memory, native
   * code that crashes, a loop that never ends) ends this attempt alone. Starting one takes some 0.3 s and 60 MB.
   */
  readonly isolation?: 'process';
  /**
   * Says that `run` changes nothing outside the runner's database where `run.mode` is `shadow`. A DAG that offers shadow runs may
   * only have tasks of such types.
   */
  readonly worksInShadow?: true;
  /** @returns the output: JSON of at most 1 MB, or undefined for none */
  run(context: TaskContext<z.output<Schema>>): Promise<Json | undefined>;
  /**
   * Predicts, before a backfill makes any run, that the run of an old date would be refused; returns null if it may
   * run. It changes nothing, and `run` still decides for itself. It is not called if `with` names outputs.
   */
  precheck?(context: PrecheckContext<z.output<Schema>>): Promise<PrecheckRefusal | null>;
  /**
   * Checks what the task relies on outside the runner, for `stockflow doctor`. It changes nothing, and gets the
   * defaults of the DAG's params. It is not called if `with` names outputs.
   */
  check?(context: CheckContext<z.output<Schema>>): Promise<readonly CheckFinding[]>;
}

export function defineTask<Schema extends z.ZodType>(taskType: TaskType<Schema>): TaskType<Schema> {
  return taskType;
}
