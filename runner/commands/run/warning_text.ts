/** The warnings of a run, for people. */
import type { TaskWarning } from '../../store/task/warning.ts';
import { oneLine } from '../output/terminal_text.ts';
import { taskName } from './report.ts';

/** Returns one indented line for each warning, `task_id: sentence`. */
export function warningsText(warnings: readonly TaskWarning[]): string {
  return warnings.map((warning) => `  ${taskName(warning)}: ${oneLine(warning.sentence)}\n`).join('');
}
