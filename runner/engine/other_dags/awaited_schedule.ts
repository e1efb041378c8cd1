/** Reads the schedule by which the dates of a DAG are known. */
import { calendarsOf } from '../../core/calendar/file/resolve.ts';
import type { Dag } from '../../core/dag/dag.ts';
import { parseDag } from '../../core/dag_file/parse.ts';
import type { AwaitedSchedule } from '../../core/other_dags/awaited_run.ts';
import { type Schedule, scheduleOf } from '../../core/time/schedule.ts';
import { type DagRow, findDag, findVersion } from '../../store/dag/dag.ts';
import type { Queryable } from '../../store/queryable.ts';

export interface AwaitedDag extends AwaitedSchedule {
  readonly row: DagRow;
  /** The DAG whose schedule it is: the DAG itself, or the one that it runs after, if need be over several. */
  readonly scheduleDagId: string;
}

/** Returns the schedule of a DAG in force; null if there is no such DAG, or none of those that it runs after. */
export async function readAwaitedDag(db: Queryable, dagId: string): Promise<AwaitedDag | null> {
  const row = await findDag(db, dagId);
  if (row === null) return null;
  const visited = new Set([dagId]);
  let source = row;
  for (;;) {
    if (source.retiredAt !== null || source.dagVersionId === null) return null;
    const timing = await timingOf(db, source.dagVersionId);
    if (timing === null) return null;
    if (timing.after === null || visited.has(timing.after)) {
      return { row, scheduleDagId: source.dagId, schedule: timing.schedule, cursor: source.scheduleCursor };
    }
    visited.add(timing.after);
    const next = await findDag(db, timing.after);
    if (next === null) return null;
    source = next;
  }
}

/** Returns the cron schedule of the dates of a DAG of a file: its own, or that of the DAG which it runs after. */
export async function datesScheduleOf(db: Queryable, dag: Dag): Promise<Schedule | null> {
  if (dag.after === null) return scheduleOf(dag);
  const awaited = await readAwaitedDag(db, dag.after);
  if (awaited === null) return null;
  return { ...awaited.schedule, startDate: dag.startDate, endDate: dag.endDate };
}

interface Timing {
  readonly schedule: Schedule;
  readonly after: string | null;
}

/** The newest timings, by the hash of the files that they were read from: the same files have the same in every database. */
const kept = new Map<string, Timing>();
const MAX_KEPT = 1000;

async function timingOf(db: Queryable, dagVersionId: number): Promise<Timing | null> {
  const version = await findVersion(db, dagVersionId);
  if (version === null) return null;
  const { sha256, source, file, calendars } = version;
  const known = kept.get(sha256);
  if (known !== undefined) return known;
  const { dag } = parseDag(source, file, calendarsOf(calendars));
  if (dag === null) return null;
  const timing = { schedule: scheduleOf(dag), after: dag.after };
  kept.set(sha256, timing);
  const [oldest] = kept.keys();
  if (kept.size > MAX_KEPT && oldest !== undefined) kept.delete(oldest);
  return timing;
}
