/** Runs, newest first. */
import { type Command, Option } from 'commander';
import { RUN_STATES, type RunState } from '../../core/run/states.ts';
import { listRuns } from '../../store/run/dag_run.ts';
import { parseCount } from '../cli/arguments.ts';
import { describe, type Shell } from '../cli/command.ts';
import { openSession } from '../cli/session.ts';
import { readSettings } from '../cli/settings.ts';
import { zonesOfVersions } from '../dag/in_force.ts';
import { addOutputOption, notice, type OutputFormat, printListing } from '../output/output.ts';
import { RUN_COLUMNS } from '../run/columns.ts';

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
    const runs = await listRuns(session.pool, {
      limit: options.limit,
      ...(dagId === undefined ? {} : { dagId }),
      ...(options.state === undefined ? {} : { state: options.state }),
    });
    const zones = await zonesOfVersions(
      session.pool,
      runs.map(({ dagVersionId }) => dagVersionId),
    );
    const rows = runs.map((run) => ({ run, timezone: zones.get(run.dagVersionId) ?? 'UTC' }));
    printListing(shell, options.output, { columns: RUN_COLUMNS, rows });
    const [newest] = runs;
    notice(
      shell,
      options.output,
      newest === undefined
        ? 'there is no such run'
        : `\none run in full: stockflow runs show ${newest.runId}`,
    );
  });
}
