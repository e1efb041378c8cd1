import type { Column } from '../output/listing.ts';
import { oneLine, type Paint, type Style } from '../output/terminal_text.ts';
import type { Finding } from './finding.ts';

export const FINDING_COLUMNS: readonly Column<Finding>[] = [
  { key: 'check', value: ({ check }) => check },
  { key: 'verdict', value: ({ verdict }) => verdict },
  { key: 'found', value: ({ found }) => found },
  { key: 'fix', value: ({ fix }) => fix },
];

const STYLES: Readonly<Record<Finding['verdict'], Style>> = {
  ok: 'green',
  warning: 'yellow',
  problem: 'red',
};

/** A line that says what was found, and below it what to do. */
export function findingText({ check, verdict, found, fix }: Finding, paint: Paint): string {
  const line = `${paint(STYLES[verdict], verdict.padEnd(7))}  ${check}: ${oneLine(found)}\n`;
  return fix === null ? line : `${line}         -> ${oneLine(fix)}\n`;
}
