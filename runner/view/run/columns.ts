/** A run in one row. */

import type { DagRun } from '../../store/run/dag_run.ts';
import type { Column } from '../listing.ts';
import { inZone, msBetween, spanText } from '../time_text.ts';

export interface RunRow {
  readonly run: DagRun;
  /** The time zone of the DAG's version. */
  readonly timezone: string;
}

export const RUN_COLUMNS: readonly Column<RunRow>[] = [
  { key: 'run_id', value: ({ run }) => run.runId },
  { key: 'dag_id', value: ({ run }) => run.dagId },
  { key: 'business_date', value: ({ run }) => run.businessDate },
  { key: 'run_type', value: ({ run }) => run.runType },
  {
    key: 'mode',
    value: ({ run }) => run.mode,
    text: ({ run }) => (run.mode === 'shadow' ? run.mode : '-'),
    omitEmpty: true,
  },
  { key: 'state', value: ({ run }) => run.state, state: ({ run }) => run.state },
  {
    key: 'scheduled_for',
    value: ({ run }) => run.scheduledFor,
    text: (row) => at(row, row.run.scheduledFor),
  },
  { key: 'started_at', value: ({ run }) => run.startedAt, text: (row) => at(row, row.run.startedAt) },
  { key: 'finished_at', value: ({ run }) => run.finishedAt, dataOnly: true },
  {
    key: 'duration_ms',
    value: ({ run }) => durationMs(run),
    dataOnly: true,
  },
  {
    key: 'took',
    value: ({ run }) => durationMs(run),
    text: ({ run }) => spanOrDash(durationMs(run)),
    align: 'right',
    tableOnly: true,
  },
  { key: 'time_edges', value: ({ run }) => run.timeEdges, dataOnly: true },
  { key: 'params', value: ({ run }) => run.params, dataOnly: true },
  { key: 'actor', value: ({ run }) => run.actor },
  { key: 'reason', value: ({ run }) => run.reason, text: ({ run }) => run.reason ?? '' },
];

/** Returns the duration of a run or a task that has ended; else null. */
export function durationMs(span: {
  readonly startedAt: Temporal.Instant | null;
  readonly finishedAt: Temporal.Instant | null;
}): number | null {
  return span.startedAt && span.finishedAt && msBetween(span.startedAt, span.finishedAt);
}

export function spanOrDash(ms: number | null): string {
  return ms === null ? '-' : spanText(ms);
}

function at({ timezone }: RunRow, instant: Temporal.Instant | null): string {
  return instant === null ? '-' : inZone(instant, timezone, 'second');
}
