/** Prints every problem of DAG files. */
import { stat } from 'node:fs/promises';
import type { Command } from 'commander';
import { formatProblem, type Problem } from '../../core/dag_file/problem.ts';
import { calendarFilesIn, isCalendarFile, readCalendarFile } from '../../engine/dags/calendars.ts';
import { readDagFile } from '../../engine/dags/folder.ts';
import { dagFilesIn } from '../../view/dag/files.ts';
import type { Column } from '../../view/listing.ts';
import { describe, type Shell } from '../cli/command.ts';
import { CommandError, EXIT } from '../cli/exit_code.ts';
import { readSettings } from '../cli/settings.ts';
import { taskTypesOf } from '../cli/task_types.ts';
import { addOutputOption, notice, type OutputFormat, printListing } from '../output/output.ts';
import { escapeControls } from '../output/terminal_text.ts';

const COLUMNS: readonly Column<Problem>[] = [
  { key: 'file', value: ({ file }) => file },
  { key: 'line', value: ({ line }) => line },
  { key: 'column', value: ({ column }) => column },
  { key: 'key', value: ({ key }) => key },
  { key: 'message', value: ({ message }) => message },
];

export function configure(command: Command, shell: Shell): void {
  describe(command, {
    does: 'Checks DAG files and calendars: every problem of every file, as file:line:column. Needs no database. Exits 3 where there is one.',
    examples: [
      'stockflow dags validate',
      'stockflow dags validate dags/nightly_load.yaml',
      'stockflow dags validate -o json',
    ],
  }).argument('[path...]', 'files, or folders of files; the dags folder and its calendars by default');
  addOutputOption(command).action(async (paths: string[], options: { output: OutputFormat }) => {
    const settings = readSettings(shell.env);
    const files = await filesOf(paths.length === 0 ? [settings.dagsDir] : paths);
    const taskTypes = await taskTypesOf(settings);
    const read = await Promise.all(
      files.map((file) => (isCalendarFile(file) ? readCalendarFile(file) : readDagFile(file, taskTypes))),
    );
    const byFile = read.map(({ problems }) => problems);
    const rows = byFile.flat();
    if (options.output === 'table') {
      for (const problem of rows) shell.stdout.write(`${escapeControls(formatProblem(problem))}\n`);
    } else {
      printListing(shell, options.output, { columns: COLUMNS, rows });
    }
    for (const why of taskTypes.broken.values())
      notice(shell, options.output, `a task type cannot be loaded: ${why}`);
    for (const warning of read.flatMap(({ warnings }) => warnings)) {
      notice(shell, options.output, `warning: ${escapeControls(formatProblem(warning))}`);
    }
    const invalid = byFile.filter((problems) => problems.length > 0).length;
    notice(shell, options.output, verdict(files.length, invalid, rows.length));
    if (rows.length > 0 || taskTypes.broken.size > 0) shell.exitCode = EXIT.invalidDag;
  });
}

function verdict(files: number, invalid: number, problems: number): string {
  if (problems === 0)
    return `${counted(files, 'file')} checked, no problem found; stockflow dags list shows them`;
  return `${counted(problems, 'problem')} in ${invalid} of ${counted(files, 'file')}`;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

async function filesOf(paths: readonly string[]): Promise<readonly string[]> {
  const files = await Promise.all(
    paths.map(async (path) => ((await isFolder(path)) ? await filesIn(path) : [path])),
  );
  const found = [...new Set(files.flat())];
  if (found.length === 0)
    throw new CommandError(EXIT.notFound, `there is no DAG file in ${paths.join(', ')}`);
  return found;
}

/** Returns the DAG files of the folder, and the calendars beside them. */
async function filesIn(folder: string): Promise<readonly string[]> {
  return [...(await dagFilesIn(folder)), ...(await calendarFilesIn(folder))];
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (cause) {
    throw new CommandError(EXIT.notFound, `${path} cannot be read`, { cause });
  }
}
