/** Brings the database up to date. */
import { type Command, Option } from 'commander';
import { missingRoles } from '../store/schema/migrate.ts';
import type { Column } from '../view/listing.ts';
import { describe, type Shell } from './cli/command.ts';
import { type AppliedMigration, applyMigrations, MIGRATIONS_DIR, openSession } from './cli/session.ts';
import { readSettings } from './cli/settings.ts';
import { furtherSets } from './migrate/sets.ts';
import { addOutputOption, notice, type OutputFormat, printListing } from './output/output.ts';

const COLUMNS: readonly Column<AppliedMigration>[] = [
  { key: 'set', value: ({ set }) => set },
  { key: 'name', value: ({ name }) => name },
];

export function configure(command: Command, shell: Shell): void {
  const further = furtherSets(MIGRATIONS_DIR).map(({ name, summary }) => {
    const flag = `--${name.replaceAll('_', '-')}`;
    return { name, flag, option: new Option(flag, `also install ${summary} in the same database`) };
  });
  describe(command, {
    does: 'Applies the migrations that the database lacks. Any number of processes may do so at once.',
    examples: ['stockflow migrate', ...further.map(({ flag }) => `stockflow migrate ${flag}`)],
  });
  for (const { option } of further) command.addOption(option);
  addOutputOption(command).action(async (options: { output: OutputFormat }) => {
    const sets = further
      .filter(({ option }) => command.getOptionValue(option.attributeName()) === true)
      .map(({ name }) => name);
    await using session = await openSession(shell, readSettings(shell.env), { migrations: 'leave' });
    const rows = await applyMigrations(session, ['runner', ...sets]);
    printListing(shell, options.output, { columns: COLUMNS, rows });
    for (const role of await missingRoles(session.pool)) {
      shell.stderr.write(
        `role ${role} is missing, and this login may not make it: let an administrator run ` +
          `create role ${role} nologin; then stockflow migrate gives it its rights\n`,
      );
    }
    const news = rows.length === 0 ? 'the database was up to date' : `\n${rows.length} applied`;
    notice(shell, options.output, `${news}; stockflow up schedules and works`);
  });
}
