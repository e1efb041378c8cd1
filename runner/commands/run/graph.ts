/** The graph of a run's DAG, with the state of each task. */
import type { Dag } from '../../core/dag/dag.ts';
import { type GraphLine, graphLines } from '../dags/graph_text.ts';
import type { Column } from '../output/listing.ts';
import { formatTable } from '../output/table_text.ts';
import { type Paint, styleOfState } from '../output/terminal_text.ts';
import type { RunReport } from './report.ts';

/** @param dag of the version that the run began with */
export function runGraphText(report: RunReport, dag: Dag, paint: Paint): string {
  const states = Map.groupBy(report.tasks, ({ task }) => task.taskId);
  const stateOf = ({ task }: GraphLine): string => {
    const found = (states.get(task.taskId) ?? []).map((reported) => reported.task.state);
    const counts = Map.groupBy(found, (state) => state);
    if (counts.size === 1 && found.length === 1) return found[0] ?? '';
    return [...counts].map(([state, all]) => `${all.length} ${state}`).join(', ');
  };
  const columns: readonly Column<GraphLine>[] = [
    { key: 'task_id', value: ({ task }) => task.taskId, text: ({ text }) => text },
    { key: 'state', value: stateOf, style: (line) => styleOfState(stateOf(line)) },
    { key: 'waits_for', value: ({ notes }) => notes },
  ];
  return formatTable({ columns, rows: graphLines(dag) }, paint);
}
