import { formatTable, painter, type Shell } from '../../../runner/command.ts';
import { countText, csvText } from '../../../runner/history.ts';
import { type Comparison, totalsOf } from '../../changes/comparison.ts';
import { NIGHT_COLUMNS, TOTAL_COLUMNS } from './columns.ts';
import { headJson, type PrintOptions } from './print_comparison.ts';

/** Prints a line for each night, oldest first, and the totals of all of them. */
export function printNights(shell: Shell, nights: readonly Comparison[], { output }: PrintOptions): void {
  const print = (text: string) => shell.stdout.write(text);
  switch (output) {
    case 'table':
      print(nightsText(shell, nights));
      break;
    case 'csv':
      print(csvText({ columns: NIGHT_COLUMNS, rows: nights }));
      break;
    case 'jsonl':
      for (const night of nights) print(`${JSON.stringify(headJson(night))}\n`);
      break;
    case 'json':
      print(
        `${JSON.stringify({ nights: nights.map(headJson), totals: totalsOf(allDifferences(nights)) }, null, 2)}\n`,
      );
      break;
  }
}

function allDifferences(nights: readonly Comparison[]) {
  return nights.flatMap(({ differences }) => differences);
}

function nightsText(shell: Shell, nights: readonly Comparison[]): string {
  const paint = painter(shell.stdout, shell.env);
  const totals = totalsOf(allDifferences(nights));
  const wrong = nights.filter(({ differences }) => differences.length > 0).length;
  const all = totals.at(-1);
  return [
    formatTable({ columns: NIGHT_COLUMNS, rows: nights }, paint),
    `on ${countText(wrong)} of ${countText(nights.length)} nights the two differ: ${countText(all?.keys ?? 0)} counts, ${countText(all?.units ?? 0)} units\n`,
    ...(wrong === 0
      ? []
      : [
          `${paint('bold', 'By reason')}, theirs less ours\n${formatTable({ columns: TOTAL_COLUMNS, rows: totals }, paint)}`,
        ]),
  ].join('\n');
}
