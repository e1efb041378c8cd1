/** Lists all DAGs. */
import type { Command } from 'commander';
import { DAG_LIST_COLUMNS, type ListedDag, readDagList } from '../../view/dag/list.ts';
import { viewSource } from '../../view/source.ts';
import { describe, type Shell } from '../cli/command.ts';
import { openSession } from '../cli/session.ts';
import { readSettings, type Settings } from '../cli/settings.ts';
import { addOutputOption, notice, type OutputFormat, printListing } from '../output/output.ts';

export function configure(command: Command, shell: Shell): void {
  describe(command, {
    does: 'Lists all DAGs: schedule, next run in the time zone of the DAG, last run, and whether the file is valid.',
    examples: ['stockflow dags list', 'stockflow dags list -o json | jq -r ".[].dag_id"'],
  });
  addOutputOption(command).action(async (options: { output: OutputFormat }) => {
    const settings = readSettings(shell.env);
    await using session = await openSession(shell, settings);
    const rows = await readDagList(viewSource(session.pool), {
      dagsDir: settings.dagsDir,
      now: Temporal.Now.instant(),
    });
    printListing(shell, options.output, { columns: DAG_LIST_COLUMNS, rows });
    notice(shell, options.output, advice(rows, settings));
  });
}

function advice(rows: readonly ListedDag[], settings: Settings): string {
  if (rows.length === 0) return `there is no DAG yet: put a YAML file into ${settings.dagsDir}/`;
  if (rows.some(({ problemCount }) => problemCount > 0)) return '\nwhat is invalid: stockflow dags validate';
  return '\nhow last night went: stockflow status';
}
