/** Runs, newest first. */
import { type Command, Option } from 'commander';
import { RUN_STATES, type RunState } from '../../core/run/states.ts';
import { RUN_COLUMNS } from '../../view/run/columns.ts';
import { readRuns } from '../../view/run/list.ts';
import { viewSource } from '../../view/source.ts';
import { parseCount } from '../cli/arguments.ts';
import { describe, type Shell } from '../cli/command.ts';
import { openSession } from '../cli/session.ts';
import { readSettings } from '../cli/settings.ts';
import { addOutputOption, notice, type OutputFormat, printListing } from '../output/output.ts';

interface Options {
  readonly state?: RunState;
  readonly limit: number;
  readonly output: OutputFormat;
}

export function configure(command: Command, shell: Shell): void {
  describe(command, {
    does: 'Lists runs, newest first; instants are in the time zone of the DAG.',
    examples: [
      'stockflow runs list',
      'stockflow runs list nightly_load --state failed',
      'stockflow runs list --limit 500 -o csv > runs.csv',
    ],
  })
    .argument('[dag]', 'the id of a DAG; all by default')
    .addOption(new Option('--state <state>', 'only runs in this state').choices(RUN_STATES))
    .option('--limit <count>', 'at most so many', parseCount, 20);
  addOutputOption(command).action(async (dagId: string | undefined, options: Options) => {
    await using session = await openSession(shell, readSettings(shell.env));
    const { rows } = await readRuns(viewSource(session.pool), {
      limit: options.limit,
      before: null,
      ...(dagId === undefined ? {} : { dagId }),
      ...(options.state === undefined ? {} : { state: options.state }),
    });
    printListing(shell, options.output, { columns: RUN_COLUMNS, rows });
    const [newest] = rows;
    notice(
      shell,
      options.output,
      newest === undefined
        ? 'there is no such run'
        : `\none run in full: stockflow runs show ${newest.run.runId}`,
    );
  });
}
