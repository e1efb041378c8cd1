/** Logs in and checks the folders that DAGs use. */
import type { Command } from 'commander';
import { connectionFromEnv } from '../../connections/connection_config.ts';
import { outsideUse } from '../../core/dag/outside_use.ts';
import { createLog } from '../../log.ts';
import { refuseChannel } from '../alerts/refuse.ts';
import { describe, type Shell } from '../cli/command.ts';
import { EXIT } from '../cli/exit_code.ts';
import { logOptions, readSettings } from '../cli/settings.ts';
import { checkConnection } from '../doctor/connections.ts';
import { FINDING_COLUMNS, findingText } from '../doctor/finding.ts';
import { checkDagFiles } from '../doctor/project.ts';
import { addOutputOption, notice, type OutputFormat, printListing } from '../output/output.ts';
import { painter } from '../output/terminal_text.ts';

export function configure(command: Command, shell: Shell): void {
  describe(command, {
    does: 'Connects, logs in, and tries in every folder that the DAG files name on it what the tasks will do: lists, reads the first byte of a file, publishes a hidden file, renames and removes it. Needs no database of the runner. Exits 5 when it cannot be used.',
    examples: ['stockflow connections test warehouse', 'stockflow connections test warehouse -o json'],
  }).argument('<id>', 'as DAG files write it: warehouse for STOCKFLOW_CONN_WAREHOUSE');
  addOutputOption(command).action(async (id: string, options: { output: OutputFormat }) => {
    const settings = readSettings(shell.env);
    const { dags, taskTypes } = await checkDagFiles(settings);
    const use = outsideUse(dags, (type) => taskTypes.byName.get(type)?.params ?? null);
    // The URL of an HTTP server may be that of a webhook too: its use decides.
    if (!use.connections.has(id)) refuseChannel(id, shell.env);
    // A wrong variable is a usage error, not a finding: there is nothing to connect to.
    connectionFromEnv(id, shell.env);
    const log = createLog(logOptions(settings, 'silent'));
    const rows = await checkConnection(shell, id, { use, log });
    if (options.output === 'table') {
      const paint = painter(shell.stdout, shell.env);
      for (const finding of rows) shell.stdout.write(findingText(finding, paint));
    } else {
      printListing(shell, options.output, { columns: FINDING_COLUMNS, rows });
    }
    const isUsable = rows.every(({ verdict }) => verdict !== 'problem');
    if (!isUsable) shell.exitCode = EXIT.unreachable;
    notice(shell, options.output, isUsable ? '\nit can be used; everything else: stockflow doctor' : '');
  });
}
