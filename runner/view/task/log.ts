/** The log of a task, in pages. */
import type { Queryable } from '../../store/queryable.ts';
import type { StoredLogLine } from '../../store/task/log.ts';
import { type LogPageFilter, readLogPage } from '../../store/task/log_page.ts';
import type { Column } from '../listing.ts';

export const LOG_COLUMNS: readonly Column<StoredLogLine>[] = [
  { key: 'at', value: ({ at }) => at },
  { key: 'attempt', value: ({ attemptNumber }) => attemptNumber },
  { key: 'map_index', value: ({ mapIndex }) => (mapIndex < 0 ? null : mapIndex) },
  { key: 'level', value: ({ level }) => level },
  { key: 'message', value: ({ message }) => message },
  { key: 'facts', value: ({ facts }) => facts },
];

export interface LogPage {
  /** Oldest first. */
  readonly lines: readonly StoredLogLine[];
  /** The `before` of the page with older lines; null where there are none. */
  readonly before: number | null;
  /** The `after` with which newer lines are read, now or later; null while nothing was logged. */
  readonly after: number | null;
}

/**
 * Returns the newest lines, those before a line, or those after one.
 *
 * @param filter.limit at most so many lines
 */
export async function readTaskLog(db: Queryable, filter: LogPageFilter): Promise<LogPage> {
  const { limit, side } = filter;
  const found = await readLogPage(db, { ...filter, limit: limit + 1 });
  const isAfter = side.kind === 'after';
  const lines = isAfter ? found.slice(0, limit) : found.slice(-limit);
  const first = lines[0]?.taskLogId ?? null;
  const last = lines.at(-1)?.taskLogId ?? null;
  const hasOlder = isAfter || found.length > limit;
  return {
    lines,
    before: hasOlder ? first : null,
    after: last ?? (isAfter ? side.taskLogId : null),
  };
}
