import type { Pool } from 'pg';
import type { Shell } from './command.ts';
import { type OutputFormat, printShown } from './output.ts';
import { readRunReport, reportJson, TASK_COLUMNS } from './run_report.ts';
import { runText } from './run_text.ts';
import { painter } from './terminal_text.ts';

/** A run and its tasks on stdout. */
export async function printRunResult(
  shell: Shell,
  pool: Pool,
  { runId, output }: { readonly runId: number; readonly output: OutputFormat },
): Promise<void> {
  const report = await readRunReport(pool, runId);
  printShown(shell, output, {
    columns: TASK_COLUMNS,
    rows: report.tasks,
    data: reportJson(report),
    text: () => runText(report, painter(shell.stdout, shell.env)),
  });
}
