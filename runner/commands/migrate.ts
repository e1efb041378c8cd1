/** Brings the database up to date. */
import { type Command, Option } from 'commander';
import { missingRoles, readMigrationState } from '../store/schema/migrate.ts';
import { workerText } from '../store/schema/workers_before.ts';
import { type Column, rowObject } from '../view/listing.ts';
import { describe, type Shell } from './cli/command.ts';
import {
  type AppliedMigration,
  applyMigrations,
  MIGRATIONS_DIR,
  openSession,
  type Session,
  sourceOf,
} from './cli/session.ts';
import { readSettings } from './cli/settings.ts';
import { PLAN_COLUMNS, type PlannedMigration, planMigrations, planText } from './migrate/dry_run.ts';
import { furtherSets } from './migrate/sets.ts';
import { addOutputOption, notice, type OutputFormat, printListing, printResult } from './output/output.ts';

const COLUMNS: readonly Column<AppliedMigration>[] = [
  { key: 'set', value: ({ set }) => set },
  { key: 'name', value: ({ name }) => name },
];

interface MigrateCommandOptions {
  readonly output: OutputFormat;
  readonly dryRun?: true;
}

export function configure(command: Command, shell: Shell): void {
  const further = furtherSets(MIGRATIONS_DIR).map(({ name, summary }) => {
    const flag = `--${name.replaceAll('_', '-')}`;
    return { name, flag, option: new Option(flag, `also install ${summary} in the same database`) };
  });
  describe(command, {
    does: 'Applies the migrations that the database lacks, also while workers run; one that live workers do not go on with is refused, and they are named. Any number of processes may do so at once.',
    examples: [
      'stockflow migrate',
      'stockflow migrate --dry-run',
      ...further.map(({ flag }) => `stockflow migrate ${flag}`),
    ],
  });
  for (const { option } of further) command.addOption(option);
  command.option(
    '--dry-run',
    'show what would be applied: what each file does, which tables it locks, whether workers may go on; change nothing',
  );
  addOutputOption(command).action(async (options: MigrateCommandOptions) => {
    const sets = further
      .filter(({ option }) => command.getOptionValue(option.attributeName()) === true)
      .map(({ name }) => name);
    await using session = await openSession(shell, readSettings(shell.env), { migrations: 'leave' });
    if (options.dryRun === true)
      return await dryRun(shell, session, { sets: ['runner', ...sets], ...options });
    const rows = await applyMigrations(session, ['runner', ...sets]);
    printListing(shell, options.output, { columns: COLUMNS, rows });
    for (const role of await missingRoles(session.pool)) {
      shell.stderr.write(
        `role ${role} is missing, and this login may not make it: let an administrator run ` +
          `create role ${role} nologin; then stockflow migrate gives it its rights\n`,
      );
    }
    const news = rows.length === 0 ? await upToDateText(session) : `\n${rows.length} applied`;
    notice(shell, options.output, `${news}; stockflow up schedules and works`);
  });
}

async function dryRun(
  shell: Shell,
  { pool }: Session,
  { sets, output }: { readonly sets: readonly string[]; readonly output: OutputFormat },
): Promise<void> {
  const rows = await planMigrations(pool, sets.map(sourceOf));
  printResult(shell, output, {
    columns: PLAN_COLUMNS,
    rows,
    data: rows.map((row) => rowObject(PLAN_COLUMNS, row)),
    text: () => planText(rows),
  });
  notice(shell, output, rows.length === 0 ? 'the database is up to date' : verdictText(rows));
}

function verdictText(rows: readonly PlannedMigration[]): string {
  const workers = new Map(
    rows.flatMap(({ mustStop }) => mustStop).map((worker) => [worker.workerId, workerText(worker)]),
  );
  const stop =
    workers.size === 0
      ? 'stockflow migrate applies them'
      : `stockflow migrate refuses them until these have stopped: ${[...workers.values()].join(', ')}`;
  return `\n${rows.length} would be applied; nothing was changed. ${stop}`;
}

async function upToDateText({ pool }: Session): Promise<string> {
  const { newer } = await readMigrationState(pool, sourceOf('runner'));
  const last = newer.at(-1);
  return last === undefined
    ? 'the database was up to date'
    : `the database is that of a later version, which this one works with (${last.name}), and was left as it is`;
}
