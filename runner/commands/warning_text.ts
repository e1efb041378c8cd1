/** The warnings of a run, for people. */
import type { TaskWarning } from '../store/task_warning.ts';
import { taskName } from './run_report.ts';
import { oneLine } from './terminal_text.ts';

/** Returns one indented line for each warning, `task_id: sentence`. */
export function warningsText(warnings: readonly TaskWarning[]): string {
  return warnings.map((warning) => `  ${taskName(warning)}: ${oneLine(warning.sentence)}\n`).join('');
}
