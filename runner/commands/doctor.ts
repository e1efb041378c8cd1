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
import { channelUse, checkChannel } from './doctor/channels.ts';
import { checkConnection, connectionIds } from './doctor/connections.ts';
import { checkClock, checkMigrations, checkNotify, checkServer, migrationsFix } from './doctor/database.ts';
import { FINDING_COLUMNS, type Finding, findingText, ok, problem, runCheck } from './doctor/finding.ts';
import { checkHeartbeats } from './doctor/heartbeats.ts';
import { checkDagFiles, checkDisks } from './doctor/project.ts';
import { checkQueue } from './doctor/queue.ts';
import { checkWorkers } from './doctor/workers.ts';
import { addOutputOption, notice, type OutputFormat, printListing } from './output/output.ts';
import { painter } from './output/terminal_text.ts';

export function configure(command: Command, shell: Shell): void {
  describe(command, {
    does: 'Checks everything a night needs: database, migrations, NOTIFY, clock, queue, workers, DAG files, connections with their host keys and folders, channels for alerts, heartbeats, disk. Each failure comes with its fix. Exits 1 when there is a problem.',
    examples: ['stockflow doctor', 'stockflow doctor -o json', 'stockflow connections test warehouse'],
  });
  addOutputOption(command).action(async (options: { output: OutputFormat }) => {
    const settings = readSettings(shell.env);
    const paint = painter(shell.stdout, shell.env);
    const rows: Finding[] = [];
    for await (const finding of checkAll(shell, settings)) {
      rows.push(finding);
      if (options.output === 'table') shell.stdout.write(findingText(finding, paint));
    }
    if (options.output !== 'table') printListing(shell, options.output, { columns: FINDING_COLUMNS, rows });
    const problems = rows.filter(({ verdict }) => verdict === 'problem').length;
    if (problems > 0) shell.exitCode = EXIT.problem;
    notice(shell, options.output, verdictOf(problems));
  });
}

function verdictOf(problems: number): string {
  if (problems === 0) return '\nno problem; how last night went: stockflow status';
  return `\n${problems} ${problems === 1 ? 'problem' : 'problems'}; fix the first one first, then run stockflow doctor again`;
}

/** Yields finding by finding, so that a server which answers late holds up only the checks after it. */
async function* checkAll(shell: Shell, settings: Settings): AsyncIterable<Finding> {
  const pausedInDatabase = new Map<string, boolean>();
  yield* checkDatabase(shell, settings, pausedInDatabase);
  let dags: readonly Dag[] = [];
  let taskTypes: TaskTypes['byName'] = new Map();
  yield* await runCheck('dag files', 'STOCKFLOW_DAGS and STOCKFLOW_TASKS name the folders', async () => {
    const found = await checkDagFiles(settings);
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
  for (const findings of connectionIds(shell.env, use).map((id) => checkConnection(shell, id, { use, log })))
    yield* await findings;
  const channels = channelUse(shell.env, live, {
    alertsTo: settings.alertsTo,
    addresses: new Set(use.connections.keys()),
  });
  for (const findings of [...channels].map(([id, namedBy]) => checkChannel(shell, id, namedBy)))
    yield* await findings;
  yield* checkHeartbeats(shell, live);
  yield* checkLiveDags(shell, settings, live);
  yield* await runCheck('disk', 'check the disks by hand', () => checkDisks(settings));
}

/** Runs the checks of the task types that live DAGs use. */
async function* checkLiveDags(
  shell: Shell,
  settings: Settings,
  dags: readonly Dag[],
): AsyncIterable<Finding> {
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

/** Checks of any Postgres, and of one that has the runner's tables. */
const SERVER_CHECKS = [
  ['database', checkServer],
  ['notify', checkNotify],
  ['clock', checkClock],
] as const;
const TABLE_CHECKS = [
  ['queue', checkQueue],
  ['workers', checkWorkers],
] as const;

/** @param paused filled with what the database says of each DAG it knows */
async function* checkDatabase(
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
  for (const [check, find] of SERVER_CHECKS) yield* await runCheck(check, fix, () => find(session));
  const migrated = await runCheck('migrations', migrationsFix, () => checkMigrations(session));
  yield* migrated;
  if (migrated.some(({ verdict }) => verdict === 'problem')) return;
  for (const [check, find] of TABLE_CHECKS) yield* await runCheck(check, fix, () => find(session));
  for (const { dagId, isPaused } of await listDags(session.pool)) paused.set(dagId, isPaused);
}
