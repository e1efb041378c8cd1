/** Backfills and their dates in rows. */
import { decisionText, type PlannedDate } from '../../core/backfill/plan.ts';
import type { Backfill } from '../../store/backfill/backfill.ts';
import type { BackfillDate, ListedBackfill } from '../../store/backfill/report.ts';
import type { Column } from '../listing.ts';
import { spanOrDash } from '../run/columns.ts';
import { inZone, msBetween } from '../time_text.ts';

interface InZone {
  /** The time zone of the DAG. */
  readonly timezone: string;
}

export interface PlanRow extends InZone {
  readonly date: PlannedDate | BackfillDate;
}

export interface DateRow extends InZone {
  readonly date: BackfillDate;
}

/** The same for a plan and for a backfill, so that both can be compared line by line. */
export const PLAN_COLUMNS: readonly Column<PlanRow>[] = [
  { key: 'business_date', value: ({ date }) => date.businessDate },
  {
    key: 'scheduled_for',
    value: ({ date }) => date.scheduledFor,
    text: ({ date, timezone }) => (date.scheduledFor === null ? '-' : inZone(date.scheduledFor, timezone)),
  },
  {
    key: 'decision',
    value: ({ date }) => date.decision,
    text: ({ date }) => decisionText(date),
    state: ({ date }) => date.decision,
  },
  { key: 'reason', value: ({ date }) => date.reason, dataOnly: true },
  { key: 'run_id', value: ({ date }) => date.runId, text: ({ date }) => String(date.runId ?? '-') },
];

const DETAIL: Column<PlanRow> = {
  key: 'detail',
  value: ({ date }) => date.detail,
  text: ({ date }) => date.detail ?? '',
};

const REMEDY: Column<PlanRow> = {
  key: 'remedy',
  value: ({ date: { remedy } }) => (remedy ? { ...remedy } : null),
  dataOnly: true,
};

export const PLAN_WITH_DETAIL: readonly Column<PlanRow>[] = [...PLAN_COLUMNS, DETAIL, REMEDY];

export const DATE_COLUMNS: readonly Column<DateRow>[] = [
  ...PLAN_COLUMNS,
  {
    key: 'state',
    value: ({ date }) => stateOf(date),
    text: ({ date }) => stateOf(date) ?? '-',
    state: ({ date }) => stateOf(date),
  },
  { key: 'begun_at', value: ({ date }) => date.begunAt, dataOnly: true },
  { key: 'finished_at', value: ({ date }) => endOf(date), dataOnly: true },
  { key: 'duration_ms', value: ({ date }) => tookMs(date), dataOnly: true },
  {
    key: 'took',
    value: ({ date }) => tookMs(date),
    text: ({ date }) => spanOrDash(tookMs(date)),
    align: 'right',
    tableOnly: true,
  },
  { key: 'failed_task_id', value: ({ date }) => date.failedTaskId, dataOnly: true },
  { key: 'error_text', value: ({ date }) => date.errorText, dataOnly: true },
  DETAIL,
  REMEDY,
];

export const BACKFILL_COLUMNS: readonly Column<Backfill>[] = [
  { key: 'backfill_id', value: ({ backfillId }) => backfillId },
  { key: 'dag_id', value: ({ dagId }) => dagId },
  { key: 'from', value: ({ from }) => from },
  { key: 'to', value: ({ to }) => to },
  { key: 'state', value: ({ state }) => state, state: ({ state }) => state },
  { key: 'reprocess', value: ({ reprocess }) => reprocess },
  { key: 'order', value: ({ order }) => order },
  { key: 'max_active_runs', value: ({ maxActiveRuns }) => maxActiveRuns, dataOnly: true },
  { key: 'time_edges', value: ({ timeEdges }) => timeEdges, dataOnly: true },
  { key: 'yields_to', value: ({ yieldsTo }) => yieldsTo, dataOnly: true },
  { key: 'params', value: ({ params }) => params, dataOnly: true },
  {
    key: 'created_at',
    value: ({ createdAt }) => createdAt,
    // Of many DAGs there is no one zone.
    text: ({ createdAt }) => inZone(createdAt, 'UTC'),
  },
  { key: 'finished_at', value: ({ finishedAt }) => finishedAt, dataOnly: true },
  { key: 'actor', value: ({ actor }) => actor },
  { key: 'reason', value: ({ reason }) => reason, text: ({ reason }) => reason ?? '' },
];

export const LISTED_COLUMNS: readonly Column<ListedBackfill>[] = [
  ...BACKFILL_COLUMNS.slice(0, 5),
  { key: 'dates', value: ({ worked }) => worked },
  { key: 'ended', value: ({ ended }) => ended },
  { key: 'succeeded', value: ({ succeeded }) => succeeded },
  { key: 'refused', value: ({ refused }) => refused },
  ...BACKFILL_COLUMNS.slice(5),
];

/** Returns `waiting`, or the state of the date's run; null where there is nothing to work. */
export function stateOf({ stage, runState }: BackfillDate): string | null {
  if (stage === 'none') return null;
  return stage === 'waiting' ? 'waiting' : (runState ?? 'pruned');
}

export function isEnded({ stage, runState }: BackfillDate): boolean {
  return stage === 'begun' && runState !== 'queued' && runState !== 'running';
}

/** Returns the span from the date's turn to the end of its run. */
export function tookMs(date: BackfillDate): number | null {
  const end = endOf(date);
  return date.begunAt && end && msBetween(date.begunAt, end);
}

/** An earlier end of a run that is worked again does not count. */
function endOf(date: BackfillDate): Temporal.Instant | null {
  return isEnded(date) ? date.finishedAt : null;
}
