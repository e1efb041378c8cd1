/** The results of the checks of `doctor`, and how they are printed. */
import { errorFacts } from '../../core/value/error_text.ts';
import type { Column } from '../../view/listing.ts';
import { oneLine, type Paint, type Style } from '../output/terminal_text.ts';

export interface Finding {
  /** The name of the check: `database`, `notify`, `sftp`, ... */
  readonly check: string;
  readonly verdict: 'ok' | 'warning' | 'problem';
  readonly found: string;
  /** The advice; null where all is well. */
  readonly fix: string | null;
}

export function ok(check: string, found: string): Finding {
  return { check, verdict: 'ok', found, fix: null };
}

export function warning(check: string, found: string, fix: string): Finding {
  return { check, verdict: 'warning', found, fix };
}

export function problem(check: string, found: string, fix: string): Finding {
  return { check, verdict: 'problem', found, fix };
}

/** Returns the findings of a check, or a problem with the error that ended it. */
export async function runCheck(
  check: string,
  fix: string | ((error: unknown) => string),
  find: () => Promise<readonly Finding[]>,
): Promise<readonly Finding[]> {
  try {
    return await find();
  } catch (error) {
    const advice = typeof fix === 'string' ? fix : fix(error);
    return [problem(check, errorFacts(error).errorText, advice)];
  }
}

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

/** Returns a line with what was found, and below it the fix. */
export function findingText({ check, verdict, found, fix }: Finding, paint: Paint): string {
  const line = `${paint(STYLES[verdict], verdict.padEnd(7))}  ${check}: ${oneLine(found)}\n`;
  return fix === null ? line : `${line}         -> ${oneLine(fix)}\n`;
}
