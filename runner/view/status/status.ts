/** How the last run that was due went, for every DAG: one sentence each. */
import type { ClosedDate } from '../../core/time/closed_dates.ts';
import { nextInstant, scheduleOf } from '../../core/time/schedule.ts';
import { remedyJson } from '../../core/value/task_remedy.ts';
import { databaseNow } from '../../engine/clock.ts';
import { droppedRuns, type LastRun, type LastRunKey, lastRuns } from '../../store/run/last_due_run.ts';
import { type AskedApproval, openApprovals } from '../../store/task/approval.ts';
import { warningsOfRuns } from '../../store/task/warning.ts';
import type { Column } from '../listing.ts';
import { approvalJson } from '../run/approvals.ts';
import { durationMs } from '../run/columns.ts';
import { warningJson } from '../run/report.ts';
import type { ViewSource } from '../source.ts';
import { countText, inZone } from '../time_text.ts';
import { dagFacts } from './facts.ts';
import {
  closedRunKey,
  closedSince,
  type DagFacts,
  type LastRunStatus,
  lastRunKey,
  lastRunStatus,
  statusOnClosed,
} from './last_run_status.ts';
import { lastRunSummary } from './last_run_summary.ts';
import { type StatusRemedy, statusRemedy } from './remedy.ts';

export interface DagStatus extends LastRunStatus {
  /** The questions that tasks of any of its runs ask a person. */
  readonly approvals: readonly AskedApproval[];
  readonly facts: DagFacts;
  readonly sentence: string;
  readonly remedy: StatusRemedy | null;
  /** How many due runs of the last 24 hours were dropped, as others were under way. */
  readonly droppedCount: number;
  /** The next instant of its schedule; null for a DAG that is paused or runs only when triggered. */
  readonly next: Temporal.Instant | null;
}

export const STATUS_COLUMNS: readonly Column<DagStatus>[] = [
  { key: 'dag_id', value: ({ dagId }) => dagId },
  { key: 'state', value: ({ verdict }) => verdict, state: ({ verdict }) => verdict },
  { key: 'business_date', value: ({ businessDate }) => businessDate },
  {
    key: 'scheduled_for',
    value: ({ scheduledFor }) => scheduledFor,
    text: ({ scheduledFor, timezone }) => (scheduledFor === null ? '-' : inZone(scheduledFor, timezone)),
  },
  { key: 'run_id', value: ({ run }) => run?.runId ?? null },
  { key: 'mode', value: ({ run }) => run?.mode ?? null, dataOnly: true },
  { key: 'started_at', value: ({ run }) => run?.startedAt ?? null, dataOnly: true },
  { key: 'finished_at', value: ({ run }) => run?.finishedAt ?? null, dataOnly: true },
  { key: 'duration_ms', value: ({ run }) => run && durationMs(run), dataOnly: true },
  { key: 'problem', value: ({ isProblem }) => isProblem, dataOnly: true },
  { key: 'detail', value: ({ detail }) => detail, dataOnly: true },
  { key: 'dropped', value: ({ droppedCount }) => droppedCount, dataOnly: true },
  { key: 'closed', value: ({ closed }) => closed?.name ?? null, dataOnly: true },
  { key: 'warnings', value: ({ warnings }) => warnings.map(warningJson), dataOnly: true },
  { key: 'approvals', value: ({ approvals }) => approvals.map(approvalJson), dataOnly: true },
  // Proposed by the task that failed.
  { key: 'remedy', value: ({ run }) => (run?.remedy ? remedyJson(run.remedy) : null), dataOnly: true },
];

export interface StatusOfDags {
  /** By dag_id. */
  readonly dags: readonly DagStatus[];
  /** The database's clock. */
  readonly now: Temporal.Instant;
}

export async function readStatus(source: ViewSource, dagsDir: string): Promise<StatusOfDags> {
  const { pool } = source;
  const now = await databaseNow(pool);
  const dags = await dagFacts(source, dagsDir);
  const keys = dags.map((facts) => lastRunKey(facts, now));
  const runs = new Map((await lastRuns(pool, keys)).map((run) => [run.dagId, run]));
  const closed = closedByDag(dags, keys, now);
  const closedKeys = [...closed].map(([dagId, date]) => closedRunKey(dagId, date));
  const runsOnClosed = new Map(
    closedKeys.length === 0 ? [] : (await lastRuns(pool, closedKeys)).map((run) => [run.dagId, run]),
  );
  const warnings = Map.groupBy(
    await warningsOfRuns(
      pool,
      [...runs.values(), ...runsOnClosed.values()].map(({ runId }) => runId),
    ),
    ({ runId }) => runId,
  );
  const warningsOf = (run: LastRun | null) => (run && warnings.get(run.runId)) ?? [];
  const approvals = Map.groupBy(await openApprovals(pool, null), ({ dagId }) => dagId);
  const dropped = await droppedRuns(pool);
  return {
    now,
    dags: dags.map((facts, index) => {
      const { dag, dagId, isPaused } = facts;
      const key = keys[index] ?? lastRunKey(facts, now);
      const run = runs.get(dagId) ?? null;
      const last = lastRunStatus(facts, key, run, warningsOf(run));
      const closedDate = closed.get(dagId) ?? null;
      const runOnClosed = runsOnClosed.get(dagId) ?? null;
      const status =
        closedDate === null
          ? last
          : runOnClosed === null
            ? statusOnClosed(last, closedDate)
            : lastRunStatus(facts, closedRunKey(dagId, closedDate), runOnClosed, warningsOf(runOnClosed));
      return {
        ...status,
        approvals: approvals.get(dagId) ?? [],
        facts,
        droppedCount: dropped.get(dagId) ?? 0,
        sentence: `${lastRunSummary(facts, status, now)}${droppedText(dropped.get(dagId) ?? 0)}`,
        remedy: statusRemedy(status, { hasVersion: dag !== null }),
        next: dag === null || isPaused ? null : nextInstant(scheduleOf(dag), now),
      };
    }),
  };
}

function droppedText(count: number): string {
  if (count === 0) return '';
  const runs = count === 1 ? '1 due run was' : `${countText(count)} due runs were`;
  return `; ${runs} dropped in the last 24 hours, as others were under way`;
}

/** Returns the closed date of each DAG that was not due after it. */
function closedByDag(
  dags: readonly DagFacts[],
  keys: readonly LastRunKey[],
  now: Temporal.Instant,
): ReadonlyMap<string, ClosedDate> {
  return new Map(
    dags.flatMap((facts, index) => {
      const closed = closedSince(facts, keys[index] ?? lastRunKey(facts, now), now);
      return closed === null ? [] : [[facts.dagId, closed] as const];
    }),
  );
}
