/** All DAGs: those that the database knows, and those of files that no worker has read yet. */
import type { Dag } from '../../core/dag/dag.ts';
import { nextInstant, scheduleOf } from '../../core/time/schedule.ts';
import { readParsedDag } from '../../engine/dags/parsed.ts';
import type { DagVersions } from '../../engine/dags/versions.ts';
import { type DagRow, listDags } from '../../store/dag/dag.ts';
import { type LastRun, newestRuns } from '../../store/run/last_due_run.ts';
import type { Column } from '../listing.ts';
import type { ViewSource } from '../source.ts';
import { inZone } from '../time_text.ts';
import { dagFilesIn, dagIdOfFile } from './files.ts';
import { scheduleWords } from './schedule_words.ts';

export interface ListedDag {
  readonly dagId: string;
  readonly file: string;
  /** The version in force, or else the file's; null while neither was ever valid. */
  readonly dag: Dag | null;
  readonly isPaused: boolean;
  /** Problems of the file as it stands, or as a worker last saw it. */
  readonly problemCount: number;
  readonly next: Temporal.Instant | null;
  readonly lastRun: LastRun | null;
}

export const DAG_LIST_COLUMNS: readonly Column<ListedDag>[] = [
  { key: 'dag_id', value: ({ dagId }) => dagId },
  { key: 'state', value: stateOfDag, state: stateOfDag },
  {
    key: 'schedule',
    value: ({ dag }) => dag?.schedule ?? null,
    text: ({ dag }) => (dag === null ? '-' : scheduleWords(dag)),
  },
  { key: 'timezone', value: ({ dag }) => dag?.timezone ?? null, dataOnly: true },
  {
    key: 'next',
    value: ({ next }) => next,
    text: ({ next, dag }) => (next === null ? '-' : inZone(next, dag?.timezone ?? 'UTC')),
  },
  {
    key: 'last_run',
    value: ({ lastRun }) => lastRun?.runId ?? null,
    text: ({ lastRun }) =>
      lastRun === null ? '-' : `${lastRun.runId} ${lastRun.state} ${lastRun.businessDate}`,
    state: ({ lastRun }) => lastRun?.state ?? null,
    align: 'left',
  },
  { key: 'last_run_state', value: ({ lastRun }) => lastRun?.state ?? null, dataOnly: true },
  { key: 'paused', value: ({ isPaused }) => isPaused, dataOnly: true },
  { key: 'problems', value: ({ problemCount }) => problemCount, dataOnly: true },
  { key: 'file', value: ({ file }) => file, dataOnly: true },
];

/** Returns `active`, `paused`, `invalid`, or `manual` for a DAG without a schedule. */
export function stateOfDag({ problemCount, isPaused, dag }: ListedDag): string {
  if (problemCount > 0) return 'invalid';
  if (isPaused) return 'paused';
  return dag !== null && dag.schedule.length === 0 && dag.after === null ? 'manual' : 'active';
}

/** Returns the DAGs by their ids, retired ones too. */
export async function readDagList(
  { pool, versions }: ViewSource,
  { dagsDir, now }: { readonly dagsDir: string; readonly now: Temporal.Instant },
): Promise<readonly ListedDag[]> {
  const known = new Map((await listDags(pool)).map((row) => [row.dagId, row]));
  const files = new Map((await dagFilesIn(dagsDir)).map((file) => [dagIdOfFile(file), file]));
  const ids = [...new Set([...known.keys(), ...files.keys()])].sort();
  const runs = new Map((await newestRuns(pool, ids)).map((run) => [run.dagId, run]));
  return await Promise.all(
    ids.map(async (dagId) => {
      const row = known.get(dagId) ?? null;
      const file = files.get(dagId);
      const read = file === undefined ? null : await readParsedDag(file);
      const dag = (await readableDag(versions, row)) ?? read?.dag ?? null;
      const isPaused = row?.isPaused ?? dag?.isPausedUponCreation ?? false;
      return {
        dagId,
        file: file ?? row?.file ?? '',
        dag,
        isPaused,
        problemCount: read?.problems.length || row?.problems?.length || 0,
        next: dag === null || isPaused ? null : nextInstant(scheduleOf(dag), now),
        lastRun: runs.get(dagId) ?? null,
      };
    }),
  );
}

async function readableDag(versions: DagVersions, row: DagRow | null): Promise<Dag | null> {
  if (row === null || row.dagVersionId === null) return null;
  return (await versions.getReadable(row.dagVersionId))?.dag ?? null;
}
