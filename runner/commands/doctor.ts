/** Everything that must be right for a night to work, each failure with its fix. */
import type { Command } from 'commander';
import { SessionNotKept } from '../connections/postgres/connect.ts';
import type { Dag } from '../core/dag/dag.ts';
import { outsideUse } from '../core/dag/outside_use.ts';
import { errorFacts } from '../core/value/error_text.ts';
import { checkTasks } from '../engine/dags/task_checks.ts';
import type { TaskTypes } from '../engine/dags/task_types.ts';
import { createLog } from '../log.ts';
import { listDags } from '../store/dag/dag.ts';
import { describe, type Shell } from './cli/command.ts';
import { EXIT, Interrupted } from './cli/exit_code.ts';
import { openSession, type Session } from './cli/session.ts';
import { logOptions, readSettings, type Settings } from './cli/settings.ts';
import { taskTypesOf } from './cli/task_types.ts';
import { connectionIds, lookAtConnection } from './doctor/connections.ts';
import { lookAtClock, lookAtMigrations, lookAtNotify, lookAtServer } from './doctor/database.ts';
import { type Finding, looked, ok, problem } from './doctor/finding.ts';
import { FINDING_COLUMNS, findingText } from './doctor/finding_text.ts';
import { lookAtDagFiles, lookAtDisks } from './doctor/project.ts';
import { lookAtQueue } from './doctor/queue.ts';
import { lookAtWorkers } from './doctor/workers.ts';
import { addOutputOption, type OutputFormat, printListing, tell } from './output/output.ts';
import { painter } from './output/terminal_text.ts';

export function configure(command: Command, shell: Shell): void {
  describe(command, {
    does: 'Checks everything a night needs: database, migrations, NOTIFY, clock, queue, workers, DAG files, connections with their host keys and folders, disk. Each failure comes with its fix. Exits 1 when there is a problem.',
    examples: ['stockflow doctor', 'stockflow doctor -o json', 'stockflow connections test warehouse'],
  });
  addOutputOption(command).action(async (options: { output: OutputFormat }) => {
    const settings = readSettings(shell.env);
    const paint = painter(shell.stdout, shell.env);
    const rows: Finding[] = [];
    for await (const finding of lookAround(shell, settings)) {
      rows.push(finding);
      if (options.output === 'table') shell.stdout.write(findingText(finding, paint));
    }
    if (options.output !== 'table') printListing(shell, options.output, { columns: FINDING_COLUMNS, rows });
    const problems = rows.filter(({ verdict }) => verdict === 'problem').length;
    if (problems > 0) shell.exitCode = EXIT.problem;
    tell(shell, options.output, verdictOf(problems));
  });
}

function verdictOf(problems: number): string {
  if (problems === 0) return '\nno problem; how last night went: stockflow status';
  return `\n${problems} ${problems === 1 ? 'problem' : 'problems'}; fix the first one first, then run stockflow doctor again`;
}

/** Finding by finding, so that a server which answers late holds up only what comes after it. */
async function* lookAround(shell: Shell, settings: Settings): AsyncIterable<Finding> {
  const pausedInDatabase = new Map<string, boolean>();
  yield* lookAtDatabase(shell, settings, pausedInDatabase);
  let dags: readonly Dag[] = [];
  let taskTypes: TaskTypes['byName'] = new Map();
  yield* await looked('dag files', 'STOCKFLOW_DAGS and STOCKFLOW_TASKS name the folders', async () => {
    const found = await lookAtDagFiles(settings);
    dags = found.dags;
    taskTypes = found.taskTypes.byName;
    return found.findings;
  });
  // A paused DAG may wait for connections that nobody has set up.
  const [paused, live] = partition(
    dags,
    (dag) => pausedInDatabase.get(dag.dagId) ?? dag.isPausedUponCreation,
  );
  if (paused.length > 0) {
    const names = paused.map(({ dagId }) => dagId).join(', ');
    yield ok('paused', `${names}; what only they use is not checked until stockflow dags resume`);
  }
  const use = outsideUse(live, (type) => taskTypes.get(type)?.params ?? null);
  const log = createLog(logOptions(settings, 'silent'));
  for (const look of connectionIds(shell.env, use).map((id) => lookAtConnection(shell, id, { use, log })))
    yield* await look;
  yield* lookAtTasks(shell, settings, live);
  yield* await looked('disk', 'check the disks by hand', () => lookAtDisks(settings));
}

/** What the task types find of what they rely on. */
async function* lookAtTasks(shell: Shell, settings: Settings, dags: readonly Dag[]): AsyncIterable<Finding> {
  const taskTypes = await taskTypesOf(settings);
  const log = createLog(logOptions(settings, 'silent'));
  const checker = { taskTypes, env: shell.env, log, signal: shell.signal, now: Temporal.Now.instant() };
  for (const dag of dags) {
    for (const { taskId, findings } of await checkTasks(checker, dag)) {
      const check = `${dag.dagId}.${taskId}`;
      yield* findings.map((finding) => ({ check, ...finding }));
    }
  }
}

function partition<T>(items: readonly T[], is: (item: T) => boolean): readonly [readonly T[], readonly T[]] {
  return [items.filter(is), items.filter((item) => !is(item))];
}

/** Of any Postgres, and of one that has the runner's tables. */
const SERVER_LOOKS = [
  ['database', lookAtServer],
  ['notify', lookAtNotify],
  ['clock', lookAtClock],
] as const;
const TABLE_LOOKS = [
  ['queue', lookAtQueue],
  ['workers', lookAtWorkers],
] as const;

/** @param paused filled with what the database says of each DAG it knows */
async function* lookAtDatabase(
  shell: Shell,
  settings: Settings,
  paused: Map<string, boolean>,
): AsyncIterable<Finding> {
  const where = settings.databaseUrl === null ? 'STOCKFLOW_HOME' : 'DATABASE_URL';
  // The embedded database is brought up to date by whoever opens it.
  const migrations = settings.databaseUrl === null ? 'check' : 'leave';
  await using stack = new AsyncDisposableStack();
  let session: Session;
  try {
    session = stack.use(await openSession(shell, settings, { migrations }));
  } catch (error) {
    if (error instanceof Interrupted) throw error;
    yield error instanceof SessionNotKept
      ? problem('database', error.found, error.fix)
      : problem('database', errorFacts(error).errorText, `see that it runs, and that ${where} is right`);
    return;
  }
  const fix = `read the log of the database that ${where} names`;
  for (const [check, look] of SERVER_LOOKS) yield* await looked(check, fix, () => look(session));
  const migrated = await looked('migrations', 'run stockflow migrate', () => lookAtMigrations(session));
  yield* migrated;
  if (migrated.some(({ verdict }) => verdict !== 'ok')) return;
  for (const [check, look] of TABLE_LOOKS) yield* await looked(check, fix, () => look(session));
  for (const { dagId, isPaused } of await listDags(session.pool)) paused.set(dagId, isPaused);
}
