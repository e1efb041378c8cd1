/** A backfill with its dates as it stands now. */
import type { JsonObject } from '../../core/value/json.ts';
import { databaseNow } from '../../engine/clock.ts';
import { type Backfill, findBackfill } from '../../store/backfill/backfill.ts';
import { type BackfillDate, datesOfBackfill } from '../../store/backfill/report.ts';
import { zoneOf } from '../dag/zones.ts';
import { NotFound } from '../errors.ts';
import { rowObject } from '../listing.ts';
import type { ViewSource } from '../source.ts';
import { BACKFILL_COLUMNS, DATE_COLUMNS, type DateRow, stateOf } from './columns.ts';

export interface BackfillReport {
  readonly backfill: Backfill;
  /** The dates in the order of work. */
  readonly dates: readonly BackfillDate[];
  readonly timezone: string;
  /** The database's clock. */
  readonly now: Temporal.Instant;
}

/** @throws NotFound */
export async function readBackfillReport(
  { pool, versions }: ViewSource,
  backfillId: number,
): Promise<BackfillReport> {
  const backfill = await findBackfill(pool, backfillId);
  if (backfill === null) throw new NotFound({ noun: 'backfill', name: String(backfillId) });
  return {
    backfill,
    dates: await datesOfBackfill(pool, backfillId),
    timezone: await zoneOf(versions, backfill.dagVersionId),
    now: await databaseNow(pool),
  };
}

export function dateRows({ dates, timezone }: BackfillReport): readonly DateRow[] {
  return dates.map((date) => ({ date, timezone }));
}

/** `{backfill, dates}`, keys in snake_case, instants and dates as ISO text. */
export function backfillJson(report: BackfillReport): JsonObject {
  return {
    backfill: rowObject(BACKFILL_COLUMNS, report.backfill),
    dates: dateRows(report).map((row) => rowObject(DATE_COLUMNS, row)),
  };
}

/** `31 dates: 27 success, 2 failed, 1 skipped, 1 refused` */
export function countsText(dates: readonly BackfillDate[]): string {
  const ofDecision = (decision: string) => (decision === 'refused' ? 'refused' : 'skipped');
  const groups = Map.groupBy(dates, (date) => stateOf(date) ?? ofDecision(date.decision));
  const counts = ORDER.flatMap((name) => {
    const count = groups.get(name)?.length ?? 0;
    return count === 0 ? [] : [`${count} ${name}`];
  });
  return `${dates.length} ${dates.length === 1 ? 'date' : 'dates'}: ${counts.join(', ')}`;
}

const ORDER = [
  'success',
  'failed',
  'cancelled',
  'running',
  'queued',
  'waiting',
  'skipped',
  'refused',
  'pruned',
];
