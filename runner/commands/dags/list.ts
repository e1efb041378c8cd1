/** Lists all DAGs. */
import type { Command } from 'commander';
import type { Pool } from 'pg';
import type { Dag } from '../../core/dag/dag.ts';
import { parseDag } from '../../core/dag_file/parse.ts';
import { readParsedDag } from '../../engine/dags/source.ts';
import { nextScheduledFor } from '../../engine/schedule/schedule_dag.ts';
import { type DagRow, findVersion, listDags } from '../../store/dag/dag.ts';
import { type LastRun, newestRuns } from '../../store/run/last_due_run.ts';
import { dagFilesIn, dagIdOfFile } from '../../view/dag/files.ts';
import type { Column } from '../../view/listing.ts';
import { inZone } from '../../view/time_text.ts';
import { describe, type Shell } from '../cli/command.ts';
import { openSession } from '../cli/session.ts';
import { readSettings, type Settings } from '../cli/settings.ts';
import { addOutputOption, notice, type OutputFormat, printListing } from '../output/output.ts';
import { scheduleWords } from './schedule_words.ts';

interface ListedDag {
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

const COLUMNS: readonly Column<ListedDag>[] = [
  { key: 'dag_id', value: ({ dagId }) => dagId },
  { key: 'state', value: stateOf, state: stateOf },
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

export function configure(command: Command, shell: Shell): void {
  describe(command, {
    does: 'Lists all DAGs: schedule, next run in the time zone of the DAG, last run, and whether the file is valid.',
    examples: ['stockflow dags list', 'stockflow dags list -o json | jq -r ".[].dag_id"'],
  });
  addOutputOption(command).action(async (options: { output: OutputFormat }) => {
    const settings = readSettings(shell.env);
    await using session = await openSession(shell, settings);
    const rows = await readDags(session.pool, settings);
    printListing(shell, options.output, { columns: COLUMNS, rows });
    notice(shell, options.output, advice(rows, settings));
  });
}

function stateOf({ problemCount, isPaused, dag }: ListedDag): string {
  if (problemCount > 0) return 'invalid';
  if (isPaused) return 'paused';
  return dag !== null && dag.schedule.length === 0 ? 'manual' : 'active';
}

function advice(rows: readonly ListedDag[], settings: Settings): string {
  if (rows.length === 0) return `there is no DAG yet: put a YAML file into ${settings.dagsDir}/`;
  if (rows.some(({ problemCount }) => problemCount > 0)) return '\nwhat is invalid: stockflow dags validate';
  return '\nhow last night went: stockflow status';
}

async function readDags(pool: Pool, settings: Settings): Promise<readonly ListedDag[]> {
  const known = new Map((await listDags(pool)).map((row) => [row.dagId, row]));
  const files = new Map((await dagFilesIn(settings.dagsDir)).map((file) => [dagIdOfFile(file), file]));
  const ids = [...new Set([...known.keys(), ...files.keys()])].sort();
  const runs = new Map((await newestRuns(pool, ids)).map((run) => [run.dagId, run]));
  const now = Temporal.Now.instant();
  return await Promise.all(
    ids.map(async (dagId) => {
      const row = known.get(dagId) ?? null;
      const file = files.get(dagId);
      const read = file === undefined ? null : await readParsedDag(file);
      const dag = (await dagInForceOf(pool, row)) ?? read?.dag ?? null;
      const isPaused = row?.isPaused ?? dag?.isPausedUponCreation ?? false;
      return {
        dagId,
        file: file ?? row?.file ?? '',
        dag,
        isPaused,
        problemCount: read?.problems.length || row?.problems?.length || 0,
        next: dag === null || isPaused ? null : nextScheduledFor(dag, now),
        lastRun: runs.get(dagId) ?? null,
      };
    }),
  );
}

async function dagInForceOf(pool: Pool, row: DagRow | null): Promise<Dag | null> {
  if (row === null || row.dagVersionId === null) return null;
  const version = await findVersion(pool, row.dagVersionId);
  return version && parseDag(version.source, version.file).dag;
}
