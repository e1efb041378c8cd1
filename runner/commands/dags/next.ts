/** The next instants of a schedule. */
import type { Command } from 'commander';
import { nextColumns, nextRows } from '../../view/dag/next.ts';
import { scheduleWords } from '../../view/dag/schedule_words.ts';
import { scheduledDag } from '../../view/dag/scheduled_dag.ts';
import { inZone } from '../../view/time_text.ts';
import { momentIn, parseCount } from '../cli/arguments.ts';
import { describe, type Shell } from '../cli/command.ts';
import { CommandError, EXIT } from '../cli/exit_code.ts';
import { readSettings } from '../cli/settings.ts';
import { findDagByName } from '../dag/by_name.ts';
import { addOutputOption, notice, type OutputFormat, printListing } from '../output/output.ts';

export function configure(command: Command, shell: Shell): void {
  describe(command, {
    does: 'Shows when a DAG is due, in its own time zone and in yours, and the dates between that its calendar closes. Needs no database for a DAG that has a file.',
    examples: [
      'stockflow dags next nightly_load',
      'stockflow dags next dags/nightly_load.yaml -n 3 --after 2026-03-07',
      'stockflow dags next nightly_load --after 2026-03-08T06:00:00Z -o json',
    ],
  })
    .argument('<dag>', 'the id of a DAG, or its file')
    .option('-n, --count <count>', 'how many runs', parseCount, 5)
    .option(
      '--after <instant>',
      'with its offset, or a date or wall time in the zone of the DAG; now by default',
    );
  addOutputOption(command).action(
    async (name: string, options: { count: number; after?: string; output: OutputFormat }) => {
      const settings = readSettings(shell.env);
      const { dag } = await findDagByName(shell, settings, name);
      const source = await scheduledDag(dag, async (id) => (await findDagByName(shell, settings, id)).dag);
      const after =
        options.after === undefined ? Temporal.Now.instant() : momentIn(options.after, dag.timezone);
      if (after === null) {
        throw new CommandError(
          EXIT.usage,
          `--after ${options.after} is not an instant; write 2026-03-08T06:00:00Z, or 2026-03-08 in ${dag.timezone}`,
        );
      }
      const rows = nextRows(source, { after, count: options.count });
      const followed = source === dag ? '' : `; ${source.dagId} is due`;
      notice(shell, options.output, `${dag.dagId}: ${scheduleWords(dag)}${followed}`);
      printListing(shell, options.output, {
        columns: nextColumns(source.timezone, Temporal.Now.timeZoneId()),
        rows,
      });
      if (rows.length === 0)
        notice(shell, options.output, `${source.dagId} is not due after ${inZone(after, dag.timezone)}`);
    },
  );
}
