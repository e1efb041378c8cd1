import type { PoolClient } from 'pg';
import type { Files } from '../../../../runner/task.ts';
import { csvLine } from '../../csv/line.ts';
import { readSql } from '../../database/sql.ts';

const SELECT_REJECTS = readSql(import.meta.url, './select_rejects.sql');

export const REJECTS_NAME = 'reset_rejects.csv';
const REJECTS_KEPT_MAX = 100_000;

/**
 * Keeps at most 100,000 rejected lines with the run. A night refused because of them leaves nothing in the OMS, and
 * they are needed to have the file fixed.
 */
export async function keepRejects(client: PoolClient, files: Files): Promise<void> {
  const { rows } = await client.query<{ line: number; problem: string; raw: string }>(SELECT_REJECTS, [
    REJECTS_KEPT_MAX,
  ]);
  const lines = rows.map(({ line, problem, raw }) =>
    csvLine([String(line), oneLine(problem), escapeFormula(oneLine(raw))]),
  );
  await files.publish(`artifact:${REJECTS_NAME}`, csvLine(['line', 'reason', 'raw']) + lines.join(''), {
    rows: rows.length,
  });
}

/** Replaces carriage returns, which may occur in a row and would end a line in a spreadsheet. */
function oneLine(text: string): string {
  return text.replaceAll(/[\r\n]/g, '\u240d');
}

/** Escapes a cell that a spreadsheet would read as a formula. */
function escapeFormula(raw: string): string {
  return /^[=+\-@\t\r]/.test(raw) ? `'${raw}` : raw;
}
