import type { Pool } from 'pg';
import type { Shell } from '../cli/command.ts';
import { type OutputFormat, printShown } from '../output/output.ts';
import { painter } from '../output/terminal_text.ts';
import { readRunReport, reportJson, TASK_COLUMNS } from './report.ts';
import { runText } from './text.ts';

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
