/** A planned change in rows, for spreadsheets. */
import type { Json } from '../../core/value/json.ts';
import type { Column } from '../listing.ts';
import type { Plan } from './source.ts';

export interface PlanRow {
  readonly dagId: string;
  readonly kind: string;
  readonly what: string;
  readonly subject: string;
  readonly before: Json;
  readonly after: Json;
}

export const PLAN_COLUMNS: readonly Column<PlanRow>[] = [
  { key: 'dag_id', value: ({ dagId }) => dagId },
  { key: 'kind', value: ({ kind }) => kind },
  { key: 'what', value: ({ what }) => what },
  { key: 'subject', value: ({ subject }) => subject },
  { key: 'before', value: ({ before }) => before },
  { key: 'after', value: ({ after }) => after },
];

/** Returns a row for each date lost, closed, gained or doubled, each key changed and each problem; one row for a DAG without any of these. */
export function planRows({ target, change, problems }: Plan): readonly PlanRow[] {
  const base = { dagId: target.dagId, kind: change?.kind ?? 'invalid', before: null, after: null };
  const row = (what: string, subject: string, values: Pick<PlanRow, 'before' | 'after'> = base): PlanRow => ({
    ...base,
    what,
    subject,
    ...values,
  });
  const rows =
    change === null
      ? problems.map(({ key, message }) => row('problem', key, { before: null, after: message }))
      : [
          ...change.dates.lost.map((date) => row('date_lost', date.toString())),
          ...change.dates.closed.map(({ date, name }) =>
            row('date_closed', date.toString(), { before: null, after: name }),
          ),
          ...change.dates.doubled.map((date) => row('date_doubled', date.toString())),
          ...change.dates.gained.map((date) => row('date_gained', date.toString())),
          ...change.keys.tasksAdded.map((taskId) => row('task_added', taskId)),
          ...change.keys.tasksRemoved.map((taskId) => row('task_removed', taskId)),
          ...[...change.keys.dag, ...change.keys.tasks].map(({ taskId, key, before, after }) =>
            row('key_changed', taskId === null ? key : `${taskId}.${key}`, { before, after }),
          ),
        ];
  return rows.length === 0 ? [row('nothing', '')] : rows;
}
