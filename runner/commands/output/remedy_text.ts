/** Words the remedy of a task as commands to copy. */
import type { ClearTasks, GivenParams, RunWithParams, TaskRemedy } from '../../core/value/task_remedy.ts';
import { oneLine } from './terminal_text.ts';

/** The task whose error or warning has the remedy. */
export interface RemediedTask {
  readonly runId: number;
  readonly taskId: string;
}

/** Returns one line for each action: `to see all rejected rows: stockflow runs artifacts 12 rejects.csv`. */
export function remedyLines(remedy: TaskRemedy | null, task: RemediedTask): readonly string[] {
  const { artifact, command, clear } = remedy ?? {};
  const { runId } = task;
  return [
    ...(artifact ? [purpose(artifact, `stockflow runs artifacts ${runId} ${quoted(artifact.name)}`)] : []),
    ...(command ? [purpose(command, `stockflow ${command.name} ${runId}`)] : []),
    ...(clear ? [purpose(clear, clearCommand(clear, task))] : []),
  ].map(oneLine);
}

/** Returns `; to apply the file on top: --param supersede=true`; empty for null. */
export function runWithParamsText(remedy: RunWithParams | null): string {
  return remedy === null ? '' : `; ${oneLine(purpose(remedy, paramOptions(remedy.params)))}`;
}

function purpose({ label }: { readonly label: string }, command: string): string {
  return `to ${label}: ${command}`;
}

const SCOPES: Readonly<Record<ClearTasks['scope'], (taskId: string) => string>> = {
  failed: () => '--only-failed',
  task: (taskId) => `--task ${taskId}`,
  downstream: (taskId) => `--task ${taskId} --downstream`,
};

function clearCommand({ scope, params = {} }: ClearTasks, { runId, taskId }: RemediedTask): string {
  return `stockflow tasks clear ${runId} ${SCOPES[scope](taskId)} ${paramOptions(params)}`.trimEnd();
}

/** The reason comes last, as a text to replace: Postgres keeps JSON, but not the order of its keys. */
function paramOptions(params: GivenParams): string {
  return Object.entries(params)
    .toSorted(([, a], [, b]) => Number(a === null) - Number(b === null))
    .map(([name, value]) => `--param ${name}=${value === null ? '"why"' : quoted(value)}`)
    .join(' ');
}

/** Quotes a word for a POSIX shell where it needs that. */
function quoted(word: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
