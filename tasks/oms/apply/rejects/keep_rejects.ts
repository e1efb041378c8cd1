import type { PoolClient } from 'pg';
import type { Files } from '../../../../runner/task.ts';
import { csvLine } from '../../csv/line.ts';
import { readSql } from '../../database/sql.ts';

const SELECT_REJECTS = readSql(import.meta.url, './select_rejects.sql');

export const REJECTS_NAME = 'reset_rejects.csv';
const REJECTS_KEPT_MAX = 100_000;

/**
 * Keeps the rejected lines with the run, at most 100,000 of them: a night that is refused for them leaves nothing in the
 * OMS, and whoever must have them fixed needs them then.
 */
export async function keepRejects(client: PoolClient, files: Files): Promise<void> {
  const { rows } = await client.query<{ line: number; problem: string; raw: string }>(SELECT_REJECTS, [
    REJECTS_KEPT_MAX,
  ]);
  const lines = rows.map(({ line, problem, raw }) =>
    csvLine([String(line), oneLine(problem), harmless(oneLine(raw))]),
  );
  await files.publish(`artifact:${REJECTS_NAME}`, csvLine(['line', 'reason', 'raw']) + lines.join(''), {
    rows: rows.length,
  });
}

/** A lone carriage return may stand in a row, and would end a line of a spreadsheet. */
function oneLine(text: string): string {
  return text.replaceAll(/[\r\n]/g, '\u240d');
}

/** People open it in a spreadsheet: a row that would be a formula there is made text. */
function harmless(raw: string): string {
  return /^[=+\-@\t\r]/.test(raw) ? `'${raw}` : raw;
}
