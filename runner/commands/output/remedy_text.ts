/** Words the remedy of a task as commands to copy. */
import {
  type ClearTasks,
  clearSelection,
  type GivenParams,
  type RunWithParams,
  type TaskRemedy,
} from '../../core/value/task_remedy.ts';
import { oneLine } from './terminal_text.ts';

/** The task whose error or warning has the remedy. */
export interface RemediedTask {
  readonly runId: number;
  readonly taskId: string;
}

/** Returns one line for each action: `to see all rejected rows: stockflow runs artifacts 12 rejects.csv`. */
export function remedyLines(remedy: TaskRemedy | null, task: RemediedTask): readonly string[] {
  const { approval, artifact, command, clear } = remedy ?? {};
  const { runId, taskId } = task;
  return [
    ...(approval ? [purpose(approval, `stockflow tasks approve ${runId} ${taskId} (or: reject)`)] : []),
    ...(artifact ? [purpose(artifact, `stockflow runs artifacts ${runId} ${quoted(artifact.name)}`)] : []),
    ...(command ? [purpose(command, `stockflow ${command.name} ${runId}`)] : []),
    ...(clear ? [purpose(clear, clearCommand(clear, task))] : []),
  ].map(oneLine);
}

/** Returns a line for each remedy of refused dates, each once: `to apply the file on top: --param supersede=true`. */
export function runWithParamsLines(
  dates: readonly { readonly remedy?: RunWithParams | null }[],
): readonly string[] {
  const lines = dates.flatMap(({ remedy }) =>
    remedy ? [oneLine(purpose(remedy, paramOptions(remedy.params).join(' ')))] : [],
  );
  return [...new Set(lines)];
}

function purpose({ label }: { readonly label: string }, command: string): string {
  return `to ${label}: ${command}`;
}

function clearCommand(clear: ClearTasks, { runId, taskId }: RemediedTask): string {
  const selection = clearSelection(clear, taskId);
  return [
    `stockflow tasks clear ${runId}`,
    ...(selection.onlyFailed ? ['--only-failed'] : []),
    ...(selection.taskId === null ? [] : [`--task ${selection.taskId}`]),
    ...(selection.downstream ? ['--downstream'] : []),
    ...paramOptions(clear.params ?? {}),
  ].join(' ');
}

/** The reason comes last, as a text to replace: Postgres keeps JSON, but not the order of its keys. */
function paramOptions(params: GivenParams): readonly string[] {
  return Object.entries(params)
    .toSorted(([, a], [, b]) => Number(a === null) - Number(b === null))
    .map(([name, value]) => `--param ${name}=${value === null ? '"why"' : quoted(value)}`);
}

/** Quotes a word for a POSIX shell where it needs that. */
function quoted(word: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
