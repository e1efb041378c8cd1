/** Last night, one sentence per DAG. */
import type { Command } from 'commander';
import type { Pool } from 'pg';
import { parseDag } from '../core/dag_file/parse.ts';
import { formatProblem } from '../core/dag_file/problem.ts';
import { databaseNow } from '../engine/clock.ts';
import { readParsedDag } from '../engine/dags/source.ts';
import { type DagRow, findVersion, listDags } from '../store/dag/dag.ts';
import { lastDueInstants, lastRuns } from '../store/run/last_due_run.ts';
import { warningsOfRuns } from '../store/task/warning.ts';
import { countLiveWorkers, liveAndLostWorkers } from '../store/worker/live_worker.ts';
import { describe, type Shell } from './cli/command.ts';
import { EXIT } from './cli/exit_code.ts';
import { openSession } from './cli/session.ts';
import { readSettings, type Settings } from './cli/settings.ts';
import { dagFilesIn, dagIdOfFile } from './dag/lookup.ts';
import type { Column } from './output/listing.ts';
import { addOutputOption, notice, type OutputFormat, printListing } from './output/output.ts';
import { styleOfState } from './output/terminal_text.ts';
import { inZone, spanText } from './output/time_text.ts';
import { durationMs } from './run/columns.ts';
import { warningJson } from './run/report.ts';
import { warningsText } from './run/text.ts';
import { type DagFacts, type LastRunStatus, lastRunKey, lastRunStatus } from './status/last_run_status.ts';
import { lastRunSummary } from './status/last_run_summary.ts';

type SummarizedRun = LastRunStatus & { readonly sentence: string };

const COLUMNS: readonly Column<SummarizedRun>[] = [
  { key: 'dag_id', value: ({ dagId }) => dagId },
  { key: 'state', value: ({ verdict }) => verdict, style: ({ verdict }) => styleOfState(verdict) },
  { key: 'business_date', value: ({ businessDate }) => businessDate },
  {
    key: 'scheduled_for',
    value: ({ scheduledFor }) => scheduledFor,
    text: ({ scheduledFor, timezone }) => (scheduledFor === null ? '-' : inZone(scheduledFor, timezone)),
  },
  { key: 'run_id', value: ({ run }) => run?.runId ?? null },
  { key: 'started_at', value: ({ run }) => run?.startedAt ?? null, dataOnly: true },
  { key: 'finished_at', value: ({ run }) => run?.finishedAt ?? null, dataOnly: true },
  { key: 'duration_ms', value: ({ run }) => run && durationMs(run), dataOnly: true },
  { key: 'problem', value: ({ isProblem }) => isProblem, dataOnly: true },
  { key: 'detail', value: ({ detail }) => detail, dataOnly: true },
  { key: 'warnings', value: ({ warnings }) => warnings.map(warningJson), dataOnly: true },
  // Of each problem, in its row: of thirteen lines below a table nobody finds the one that belongs to his DAG.
  { key: 'command', value: (row) => commandFor(row), omitEmpty: true },
  { key: 'sentence', value: ({ sentence }) => sentence },
];

export function configure(command: Command, shell: Shell): void {
  describe(command, {
    does: 'Tells how the last night of every DAG went, in one sentence: also that it did not run, and that a file is invalid. Exits 1 when there is a problem.',
    examples: [
      'stockflow status',
      'stockflow status -o json',
      'stockflow status || mail -s "last night" ops',
    ],
  });
  addOutputOption(command).action(async (options: { output: OutputFormat }) => {
    const settings = readSettings(shell.env);
    await using session = await openSession(shell, settings);
    const rows = await lastRunsOf(session.pool, settings);
    printListing(shell, options.output, { columns: COLUMNS, rows });
    if (options.output === 'table') shell.stdout.write(rows.map(warningLines).join(''));
    const gaveUp = await gaveUpText(session.pool);
    if (gaveUp !== '') notice(shell, options.output, gaveUp);
    if ((await countLiveWorkers(session.pool)) === 0) {
      notice(shell, options.output, '\nno worker is running: nothing starts before stockflow up');
    }
    const problems = rows.filter(({ isProblem }) => isProblem);
    if (problems.length > 0) shell.exitCode = EXIT.problem;
    notice(shell, options.output, advice(problems, rows));
  });
}

const GAVE_UP_WITHIN_MS = 24 * 3_600_000;

/** Names the workers that could not go on, and what they ran; empty where there are none. */
async function gaveUpText(pool: Pool): Promise<string> {
  const workers = await liveAndLostWorkers(pool, GAVE_UP_WITHIN_MS);
  return workers
    .flatMap(({ workerId, host, pid, silentMs, lostReason }) =>
      lostReason === null
        ? []
        : [`\nworker ${workerId} (${host}, pid ${pid}) gave up ${spanText(silentMs)} ago: ${lostReason}`],
    )
    .join('');
}

/** At most this many warnings of a DAG are shown here; the run has them all. */
const SHOWN_WARNINGS = 5;

function warningLines({ dagId, run, warnings }: LastRunStatus): string {
  const hidden = warnings.length - SHOWN_WARNINGS;
  const more = hidden > 0 ? `  and ${hidden} more: stockflow runs show ${run?.runId}\n` : '';
  return warnings.length === 0
    ? ''
    : `\nwarnings of ${dagId}\n${warningsText(warnings.slice(0, SHOWN_WARNINGS))}${more}`;
}

function advice(problems: readonly LastRunStatus[], rows: readonly LastRunStatus[]): string {
  if (rows.length === 0) return 'there is no DAG yet';
  if (problems.length === 0) {
    const warned = rows.some(({ warnings }) => warnings.length > 0) ? ', but read the warnings' : '';
    return `\nno problem${warned}; what is next: stockflow dags list`;
  }
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  return `\n${count}: run the command in the row`;
}

/** The command that shows why, or that does what was not done; null where there is neither. */
function commandFor({ verdict, isProblem, run, dagId, businessDate }: LastRunStatus): string | null {
  if (verdict === 'queued') return `stockflow runs explain ${run?.runId}`;
  if (!isProblem) return null;
  if (verdict === 'invalid') return 'stockflow dags validate';
  if (run === null) return `stockflow trigger ${dagId} --date ${businessDate}`;
  return `stockflow runs show ${run.runId}`;
}

async function lastRunsOf(pool: Pool, settings: Settings): Promise<readonly SummarizedRun[]> {
  const now = await databaseNow(pool);
  const dags = await dagFacts(pool, settings);
  const keys = dags.map((facts) => lastRunKey(facts, now));
  const runs = new Map((await lastRuns(pool, keys)).map((run) => [run.dagId, run]));
  const warnings = Map.groupBy(
    await warningsOfRuns(
      pool,
      [...runs.values()].map(({ runId }) => runId),
    ),
    ({ runId }) => runId,
  );
  return dags.map((facts, index) => {
    const key = keys[index] ?? lastRunKey(facts, now);
    const run = runs.get(facts.dagId) ?? null;
    const status = lastRunStatus(facts, key, run, (run && warnings.get(run.runId)) ?? []);
    return { ...status, sentence: lastRunSummary(facts, status, now) };
  });
}

/** Returns the DAGs that the database knows and those of files that no worker has read yet, by id. */
async function dagFacts(pool: Pool, settings: Settings): Promise<readonly DagFacts[]> {
  const lastDue = new Map((await lastDueInstants(pool)).map((due) => [due.dagId, due]));
  const problems = await problemsOfFiles(settings);
  const rows = (await listDags(pool)).filter(({ retiredAt }) => retiredAt === null);
  const known = rows.map(async (row): Promise<DagFacts> => {
    const version = row.dagVersionId === null ? null : await findVersion(pool, row.dagVersionId);
    return {
      dagId: row.dagId,
      dag: version && parseDag(version.source, version.file).dag,
      isPaused: row.isPaused,
      problems: problemsNow(row, problems),
      lastDue: lastDue.get(row.dagId) ?? null,
      cursor: row.scheduleCursor,
    };
  });
  const knownIds = new Set(rows.map(({ dagId }) => dagId));
  const unread = [...problems]
    .filter(([dagId]) => !knownIds.has(dagId))
    .map(
      ([dagId, found]): DagFacts => ({
        dagId,
        dag: null,
        isPaused: false,
        problems: found,
        lastDue: null,
        cursor: null,
      }),
    );
  return [...(await Promise.all(known)), ...unread].toSorted((a, b) => (a.dagId < b.dagId ? -1 : 1));
}

/** Returns the problems of the DAG's file here; where it is valid or absent, those that a worker found, which knows the task types too. */
function problemsNow(row: DagRow, ofFiles: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const found = ofFiles.get(row.dagId) ?? [];
  return found.length > 0 ? found : (row.problems ?? []).map(formatProblem);
}

/** Returns the problems of each file of the dags folder as it stands now, by dag_id. */
async function problemsOfFiles(settings: Settings): Promise<ReadonlyMap<string, readonly string[]>> {
  const files = await dagFilesIn(settings.dagsDir);
  const checked = await Promise.all(
    files.map(async (file) => {
      const { problems } = await readParsedDag(file);
      return [dagIdOfFile(file), problems.map(formatProblem)] as const;
    }),
  );
  return new Map(checked);
}
