import { formatTable, type OutputFormat, painter, type Shell } from '../../../runner/command.ts';
import { countText, csvText, rowObject } from '../../../runner/history.ts';
import type { Comparison, Difference } from '../../changes/comparison.ts';
import { DIFFERENCE_COLUMNS, TOTAL_COLUMNS } from './columns.ts';

export interface PrintOptions {
  readonly limit: number;
  readonly output: OutputFormat;
}

/** Prints the comparison of one night. */
export function printComparison(shell: Shell, comparison: Comparison, { limit, output }: PrintOptions): void {
  const { differences } = comparison;
  const print = (text: string) => shell.stdout.write(text);
  switch (output) {
    case 'table':
      print(comparisonText(shell, comparison, limit));
      shell.stderr.write(
        `\nall of them, for a spreadsheet: npx stockflow compare ${comparison.run.runId} -o csv\n`,
      );
      break;
    case 'csv':
      print(csvText({ columns: DIFFERENCE_COLUMNS, rows: differences }));
      break;
    case 'jsonl':
      for (const difference of differences) print(`${JSON.stringify(differenceJson(difference))}\n`);
      break;
    case 'json':
      print(
        `${JSON.stringify({ ...headJson(comparison), differences: differences.map(differenceJson) }, null, 2)}\n`,
      );
      break;
  }
}

/** The facts of a night and its totals by reason. */
export function headJson({ run, snapshotAt, until, keys, setKeys, differences, totals }: Comparison) {
  return {
    run_id: run.runId,
    dag_id: run.dagId,
    business_date: run.businessDate.toString(),
    snapshot_at: snapshotAt.toString(),
    until: until.toString(),
    keys,
    set_by_them: setKeys,
    different: differences.length,
    totals: totals.map((total) => rowObject(TOTAL_COLUMNS, total)),
  };
}

function differenceJson(difference: Difference) {
  return {
    ...rowObject(DIFFERENCE_COLUMNS, difference),
    reasons: difference.reasons.map(({ reason, units }) => ({ reason, units })),
  };
}

function comparisonText(shell: Shell, comparison: Comparison, limit: number): string {
  const { run, snapshotAt, until, keys, setKeys, differences, totals } = comparison;
  const paint = painter(shell.stdout, shell.env);
  const second = { smallestUnit: 'second' } as const;
  const head =
    `shadow run ${run.runId} of ${run.dagId}, ${run.businessDate}: counts as of ${snapshotAt}, compared as they stood at ${until.toString(second)}\n` +
    `${countText(keys)} keys, of which the present process has set ${countText(setKeys)}; on ${countText(differences.length)} the two differ\n`;
  if (setKeys === 0) {
    return `${head}The present process has posted nothing since the snapshot: it has not worked this night yet, or posts under other reasons (--reset-reason, --variance-reason).\n`;
  }
  if (differences.length === 0) return head;
  const left = differences.length - limit;
  return [
    head,
    `${paint('bold', 'By reason')}, theirs less ours\n${formatTable({ columns: TOTAL_COLUMNS, rows: totals }, paint)}`,
    `${paint('bold', 'Largest differences')}\n${formatTable({ columns: DIFFERENCE_COLUMNS, rows: differences.slice(0, limit) }, paint)}` +
      (left > 0 ? `and ${countText(left)} more keys: --limit, or -o csv\n` : ''),
  ].join('\n');
}
