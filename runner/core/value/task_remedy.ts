/**
 * The action that helps after a task's error or warning, as the task's author proposes it. It holds facts only: the
 * command line makes a command of it, the web page a link or a button. The same keys are stored as JSON.
 */
import { z } from 'zod';
import { cleanText } from './clean_text.ts';
import type { JsonObject } from './json.ts';

/** Params by name, as the command line takes them. A null stands for the reason, which the operator has to give. */
export type GivenParams = Readonly<Record<string, string | null>>;

/** Tasks of the same run to run again. */
export interface ClearTasks {
  /** The purpose, as it continues `to ...`: `apply the file on top`. */
  readonly label: string;
  /**
   * Which tasks: those that failed or did not run because of that (`failed`), the task itself (`task`), or the task with
   * all that depends on it (`downstream`).
   */
  readonly scope: 'failed' | 'task' | 'downstream';
  /** The params that the run has from then on, besides its others. */
  readonly params?: GivenParams;
}

/** An artifact of the run that has more about the cause. */
export interface ShowArtifact {
  /** The purpose, as it continues `to ...`: `see all rejected rows`. */
  readonly label: string;
  /** The name after `artifact:`. */
  readonly name: string;
}

/** A command that the project registers and that takes a run's id as its argument. */
export interface ShowCommand {
  /** The purpose, as it continues `to ...`: `list them`. */
  readonly label: string;
  /** The command's name, which is also that of its page. */
  readonly name: string;
}

/** A person's answer to what the task asks. */
export interface AnswerApproval {
  /** The purpose, as it continues `to ...`: `answer it`. */
  readonly label: string;
}

/** The actions that help after an error or a warning, at most one of each kind. */
export interface TaskRemedy {
  readonly approval?: AnswerApproval;
  readonly artifact?: ShowArtifact;
  readonly command?: ShowCommand;
  readonly clear?: ClearTasks;
}

/** Params with which a date that was refused can run. */
export interface RunWithParams {
  /** The purpose, as it continues `to ...`: `apply the file on top`. */
  readonly label: string;
  readonly params: GivenParams;
}

/** Returns which tasks of the run are cleared, in the terms of a request to clear. @param taskId of the proposing task */
export function clearSelection(
  { scope }: ClearTasks,
  taskId: string,
): { readonly taskId: string | null; readonly onlyFailed: boolean; readonly downstream: boolean } {
  return {
    taskId: scope === 'failed' ? null : taskId,
    onlyFailed: scope === 'failed',
    downstream: scope === 'downstream',
  };
}

const text = z.string().min(1).transform(cleanText);
const params = z.record(
  z.string().regex(/^[A-Za-z0-9_-]{1,200}$/),
  z.string().transform(cleanText).nullable(),
);
const commandName = z.string().regex(/^[a-z][a-z0-9_-]*( [a-z][a-z0-9_-]*)*$/);

/** Reads a remedy, and makes its texts fit to store. */
export const taskRemedySchema = z.object({
  approval: z.object({ label: text }).exactOptional(),
  artifact: z.object({ label: text, name: text }).exactOptional(),
  command: z.object({ label: text, name: commandName }).exactOptional(),
  clear: z
    .object({
      label: text,
      scope: z.enum(['failed', 'task', 'downstream']),
      params: params.exactOptional(),
    })
    .exactOptional(),
}) satisfies z.ZodType<TaskRemedy>;

export const runWithParamsSchema = z.object({ label: text, params }) satisfies z.ZodType<RunWithParams>;

/** Returns the stored remedy of a row; null if there is none, or if another version wrote what this one cannot read. */
export function readTaskRemedy(stored: unknown): TaskRemedy | null {
  return taskRemedySchema.safeParse(stored).data ?? null;
}

/** Returns the stored params of a refused date, like `readTaskRemedy`. */
export function readRunWithParams(stored: unknown): RunWithParams | null {
  return runWithParamsSchema.safeParse(stored).data ?? null;
}

/** Returns the remedy as JSON, with the same keys. */
export function remedyJson({ approval, artifact, command, clear }: TaskRemedy): JsonObject {
  return {
    ...(approval === undefined ? {} : { approval: { ...approval } }),
    ...(artifact === undefined ? {} : { artifact: { ...artifact } }),
    ...(command === undefined ? {} : { command: { ...command } }),
    ...(clear === undefined ? {} : { clear: { ...clear, params: clear.params ?? {} } }),
  };
}
