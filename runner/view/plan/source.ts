/** A planned change with everything that it is worked out from: the file, the version in force, and what has run. */
import { type DagChange, dagChange } from '../../core/change/dag_change.ts';
import type { Dag } from '../../core/dag/dag.ts';
import type { Problem } from '../../core/dag_file/problem.ts';
import { readDagFile } from '../../engine/dags/folder.ts';
import type { TaskTypes } from '../../engine/dags/task_types.ts';
import { initialCursor } from '../../engine/schedule/schedule_dag.ts';
import { scheduleRunsSince } from '../../store/dag/schedule_run.ts';
import { usualDurations } from '../../store/dag/usual_duration.ts';
import { type DagRun, listRuns } from '../../store/run/dag_run.ts';
import type { ViewSource } from '../source.ts';
import type { PlanTarget } from './targets.ts';

export interface Plan {
  readonly target: PlanTarget;
  /** The problems of the file; with any of them there is no change. */
  readonly problems: readonly Problem[];
  /** The warnings of a valid file: its author may not have meant what it says. */
  readonly warnings: readonly Problem[];
  readonly change: DagChange | null;
  readonly before: Dag | null;
  readonly after: Dag | null;
  readonly changeAt: Temporal.Instant;
  /** Runs that keep the version that they began with. */
  readonly inFlight: readonly DagRun[];
}

export interface PlanMoment {
  readonly now: Temporal.Instant;
  readonly changeAt: Temporal.Instant;
  readonly nextCount: number;
}

/** A run of a date lies at most this far from the date's instants, in any zone. */
const RAN_SINCE_HOURS = 72;
/** The most runs that are listed one by one. */
const IN_FLIGHT_LIMIT = 1000;

export async function readPlan(
  { pool, versions }: ViewSource,
  taskTypes: TaskTypes,
  target: PlanTarget,
  moment: PlanMoment,
): Promise<Plan> {
  const { dagId, file, hasFile, row } = target;
  const read = hasFile ? await readDagFile(file, taskTypes) : null;
  const isInForce = row !== null && row.dagVersionId !== null && row.retiredAt === null;
  const before = isInForce && row.dagVersionId !== null ? (await versions.get(row.dagVersionId)).dag : null;
  const after = read?.dag ?? null;
  const inFlight = [
    ...(await listRuns(pool, { dagId, state: 'running', limit: IN_FLIGHT_LIMIT })),
    ...(await listRuns(pool, { dagId, state: 'queued', limit: IN_FLIGHT_LIMIT })),
  ];
  const warnings = read?.warnings ?? [];
  const base = { target, before, after, warnings, changeAt: moment.changeAt, inFlight };
  if (read !== null && read.problems.length > 0) return { ...base, problems: read.problems, change: null };
  const usual = (await usualDurations(pool, dagId)).map((row) => [row.taskId, row] as const);
  const change = dagChange(
    { before, after },
    {
      ...moment,
      cursor: row?.scheduleCursor ?? (after && initialCursor(after)) ?? moment.changeAt,
      isPaused: row?.isPaused ?? false,
      ran: await scheduleRunsSince(pool, dagId, moment.now.subtract({ hours: RAN_SINCE_HOURS })),
      usual: new Map(usual),
    },
  );
  return { ...base, problems: [], change };
}
