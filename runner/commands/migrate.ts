/** Brings the database up to date. */
import type { Command } from 'commander';
import { missingRoles } from '../store/schema/roles.ts';
import { describe, type Shell } from './cli/command.ts';
import { type AppliedMigration, applyMigrations, openSession } from './cli/session.ts';
import { readSettings } from './cli/settings.ts';
import type { Column } from './output/listing.ts';
import { addOutputOption, notice, type OutputFormat, printListing } from './output/output.ts';

const COLUMNS: readonly Column<AppliedMigration>[] = [
  { key: 'set', value: ({ set }) => set },
  { key: 'name', value: ({ name }) => name },
];

export function configure(command: Command, shell: Shell): void {
  describe(command, {
    does: 'Applies the migrations that the database lacks. Any number of processes may do so at once.',
    examples: ['stockflow migrate', 'stockflow migrate --oms'],
  }).option('--oms', 'also install the reference order management system in the same database');
  addOutputOption(command).action(async (options: { oms?: boolean; output: OutputFormat }) => {
    await using session = await openSession(shell, readSettings(shell.env), { migrations: 'leave' });
    const rows = await applyMigrations(session, options.oms === true ? ['runner', 'oms'] : ['runner']);
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
