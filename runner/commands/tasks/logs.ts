/** A task's log. */

import type { Command } from 'commander';
import type { Pool } from 'pg';
import { isTerminalRunState, isTerminalTaskState } from '../../core/run/states.ts';
import { findRun } from '../../store/run/dag_run.ts';
import { attemptsOfRun } from '../../store/task/attempt.ts';
import { instancesOfRun } from '../../store/task/instance.ts';
import type { StoredLogLine } from '../../store/task/log.ts';
import { readLogPage } from '../../store/task/log_page.ts';
import { zoneOf } from '../../view/dag/zones.ts';
import { findNamedRun } from '../../view/run/find.ts';
import { taskName } from '../../view/run/report.ts';
import { viewSource } from '../../view/source.ts';
import { unknownTask } from '../../view/task/find.ts';
import { LOG_COLUMNS } from '../../view/task/log.ts';
import { inZone } from '../../view/time_text.ts';
import { parseCount } from '../cli/arguments.ts';
import { describe, type Shell } from '../cli/command.ts';
import { CommandError, EXIT } from '../cli/exit_code.ts';
import { openSession } from '../cli/session.ts';
import { readSettings } from '../cli/settings.ts';
import { pauseUnlessAborted } from '../live/follow.ts';
import { addOutputOption, notice, type OutputFormat, printListing } from '../output/output.ts';
import { remedyLines } from '../output/remedy_text.ts';
import { escapeControls, painter, type Style } from '../output/terminal_text.ts';

interface Options {
  readonly follow?: boolean;
  readonly try?: number;
  readonly output: OutputFormat;
}

const POLL_MS = 500;
/** The most lines that are held at once. */
const PORTION = 10_000;
const STYLES: Readonly<Record<string, Style>> = { debug: 'dim', warn: 'yellow', error: 'red' };

export function configure(command: Command, shell: Shell): void {
  describe(command, {
    does: 'Prints what a task logged, oldest first; with -f goes on until the task has ended, or with --try that attempt.',
    examples: [
      'stockflow tasks logs nightly_load load_file',
      'stockflow tasks logs 12 load_file --try 2',
      'stockflow tasks logs 12 load_file -f -o jsonl',
    ],
  })
    .argument('<run>', 'the id of a run, or of a DAG for its newest run')
    .argument('<task>', 'a task_id')
    .option('-f, --follow', 'go on until the task, or with --try the attempt, has ended')
    .option('--try <attempt>', 'only this attempt, 1 for the first', parseCount);
  addOutputOption(command).action(async (name: string, taskId: string, options: Options) => {
    if (options.follow && (options.output === 'json' || options.output === 'csv')) {
      throw new CommandError(EXIT.usage, `-f cannot be printed as ${options.output}; take -o jsonl`);
    }
    await using session = await openSession(shell, readSettings(shell.env));
    const { pool } = session;
    const run = await findNamedRun(pool, name);
    const known = [...new Set((await instancesOfRun(pool, run.runId)).map((task) => task.taskId))];
    if (!known.includes(taskId)) {
      throw unknownTask(run, taskId, known);
    }
    const timezone = await zoneOf(viewSource(pool).versions, run.dagVersionId);
    const wanted: Wanted = { runId: run.runId, taskId, attempt: options.try ?? null };
    const lines = options.follow ? following(pool, wanted, shell.signal) : stored(pool, wanted);
    const count = await printLines(shell, lines, { timezone, taskId, output: options.output });
    if (count === 0) notice(shell, options.output, `${taskId} has logged nothing yet`);
    const remedies = (await instancesOfRun(pool, run.runId))
      .filter((task) => task.taskId === taskId && (options.try ?? task.attemptNumber) === task.attemptNumber)
      .flatMap((task) => remedyLines(task.remedy, task));
    // The elements of a mapped task often fail alike.
    for (const line of new Set(remedies)) notice(shell, options.output, line);
  });
}

interface Wanted {
  readonly runId: number;
  readonly taskId: string;
  readonly attempt: number | null;
}

/** Reads the stored lines in portions, so that a long log is never held whole. */
async function* stored(
  pool: Pool,
  { runId, taskId, attempt }: Wanted,
  afterId = 0,
): AsyncGenerator<readonly StoredLogLine[], number> {
  let lastId = afterId;
  for (;;) {
    const lines = await readLogPage(pool, {
      runId,
      taskId,
      mapIndex: null,
      attemptNumber: attempt,
      side: { kind: 'after', taskLogId: lastId },
      limit: PORTION,
    });
    if (lines.length === 0) return lastId;
    lastId = lines.at(-1)?.taskLogId ?? lastId;
    yield lines;
  }
}

async function* following(
  pool: Pool,
  wanted: Wanted,
  signal: AbortSignal,
): AsyncGenerator<readonly StoredLogLine[]> {
  let lastId = 0;
  for (;;) {
    // Checked before the lines are read: what the task wrote before it ended is then among them.
    const isOver = await hasEnded(pool, wanted);
    lastId = yield* stored(pool, wanted, lastId);
    if (isOver) return;
    await pauseUnlessAborted(POLL_MS, signal);
  }
}

/** Returns true when the run, the task, or the one attempt that is followed has ended; its task may be tried again. */
async function hasEnded(pool: Pool, { runId, taskId, attempt }: Wanted): Promise<boolean> {
  const run = await findRun(pool, runId);
  if (run === null || isTerminalRunState(run.state)) return true;
  const tasks = (await instancesOfRun(pool, runId)).filter((task) => task.taskId === taskId);
  if (tasks.every(({ state }) => isTerminalTaskState(state))) return true;
  if (attempt === null) return false;
  const found = (await attemptsOfRun(pool, runId)).filter(
    (one) => one.taskId === taskId && one.attemptNumber === attempt,
  );
  // Of a mapped task every instance has to have had its own.
  return found.length === tasks.length && found.every(({ finishedAt }) => finishedAt !== null);
}

interface Printing {
  readonly timezone: string;
  readonly taskId: string;
  readonly output: OutputFormat;
}

async function printLines(
  shell: Shell,
  portions: AsyncIterable<readonly StoredLogLine[]>,
  { timezone, taskId, output }: Printing,
): Promise<number> {
  const paint = painter(shell.stdout, shell.env);
  let count = 0;
  const kept: StoredLogLine[] = [];
  for await (const lines of portions) {
    count += lines.length;
    if (output === 'jsonl') printListing(shell, output, { columns: LOG_COLUMNS, rows: lines });
    else if (output !== 'table') kept.push(...lines);
    else
      for (const line of lines)
        shell.stdout.write(`${paint(STYLES[line.level] ?? null, lineText(line, taskId, timezone))}\n`);
  }
  if (output === 'json' || output === 'csv')
    printListing(shell, output, { columns: LOG_COLUMNS, rows: kept });
  return count;
}

/** `2026-01-31 01:30:02 EST  try 1  info   rows kept rows=1200` */
function lineText(line: StoredLogLine, taskId: string, timezone: string): string {
  const { at, attemptNumber, mapIndex, level, message, facts } = line;
  const who = mapIndex < 0 ? '' : `${taskName({ taskId, mapIndex })}  `;
  const fields = Object.entries(facts ?? {}).map(
    ([name, value]) => ` ${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  const head = `${inZone(at, timezone, 'second')}  ${who}try ${attemptNumber}  ${level.padEnd(5)}`;
  return `${head}  ${escapeControls(`${message}${fields.join('')}`)}`;
}
