/** Finds the dates of a backfill for which another DAG, that its tasks wait for, has not succeeded. */
import { type BackfillOrder, isWorked, type PlannedDate } from '../../core/backfill/plan.ts';
import type { Dag, DagEdge } from '../../core/dag/dag.ts';
import { edgeSentence, type FoundEdge } from '../../core/other_dags/words.ts';
import { isDateToCome } from '../../store/backfill/room.ts';
import type { Queryable } from '../../store/queryable.ts';
import { findEdges } from '../other_dags/edges.ts';

interface Planned {
  readonly dag: Dag;
  readonly dates: readonly PlannedDate[];
  readonly order: BackfillOrder;
  readonly now: Temporal.Instant;
}

/**
 * Refuses the dates whose run would wait for something that nobody is about to make, and says of the others what they
 * will wait for. A DAG without edges to other DAGs costs no statement.
 */
export async function refuseUnmetDates(db: Queryable, planned: Planned): Promise<readonly PlannedDate[]> {
  const edges = edgesOf(planned.dag);
  if (edges.length === 0) return planned.dates;
  const judged: PlannedDate[] = [];
  for (const date of planned.dates) {
    judged.push(isWorked(date) ? await judge(db, planned, { date, edges }) : date);
  }
  return judged;
}

/** Returns the edges of all tasks, each once, and one for the DAG that this one runs after. */
function edgesOf({ after, tasks }: Dag): readonly DagEdge[] {
  const ofSchedule: readonly DagEdge[] = after === null ? [] : [{ dagId: after, taskId: null, date: 'same' }];
  const all = [...ofSchedule, ...tasks.flatMap(({ dagEdges }) => dagEdges)];
  return [...new Map(all.map((edge) => [JSON.stringify(edge), edge])).values()];
}

async function judge(
  db: Queryable,
  planned: Planned,
  { date, edges }: { readonly date: PlannedDate; readonly edges: readonly DagEdge[] },
): Promise<PlannedDate> {
  const found = await findEdges(db, edges, { date: date.businessDate, now: planned.now });
  const unmet = found.filter(({ state }) => state.kind !== 'met');
  const missing: FoundEdge[] = [];
  for (const edge of unmet) if (!(await isToCome(db, planned, edge))) missing.push(edge);
  const [first] = missing;
  if (first !== undefined) {
    const detail = missing.map(edgeSentence).join('; ');
    return { ...date, decision: 'refused', reason: `${first.dagId} is missing`, detail };
  }
  return unmet.length === 0 ? date : { ...date, detail: unmet.map(edgeSentence).join('; ') };
}

/** Returns true if what an edge waits for is under way, due, or a date that a backfill works before. */
async function isToCome(
  db: Queryable,
  { dag, dates, order }: Planned,
  { dagId, awaitedDate, state }: FoundEdge,
): Promise<boolean> {
  if (state.kind === 'unfinished' || state.kind === 'not_due') return true;
  if (awaitedDate === null) return false;
  if (dagId !== dag.dagId) return await isDateToCome(db, dagId, awaitedDate);
  return (
    order === 'oldest_first' && dates.some((date) => isWorked(date) && date.businessDate.equals(awaitedDate))
  );
}
