/** Who may log in to the page. */
import type { Command } from 'commander';
import type { Column } from '../../../view/listing.ts';
import type { User } from '../../../web/access/users/file.ts';
import { describe, type Shell } from '../../cli/command.ts';
import { addOutputOption, notice, type OutputFormat, printListing } from '../../output/output.ts';
import { addFileOption, type FileOption, readUsers, usersFileOf } from '../users_file.ts';

const COLUMNS: readonly Column<User>[] = [
  { key: 'name', value: ({ name }) => name },
  { key: 'role', value: ({ role }) => role },
  {
    key: 'password',
    value: ({ passwordHash }) => passwordHash !== null,
    text: ({ passwordHash }) => (passwordHash === null ? 'none' : 'set'),
  },
];

export function configure(command: Command, shell: Shell): void {
  describe(command, {
    does: 'Lists the people of the users file, with their roles.',
    examples: ['stockflow web user list', 'stockflow web user list --file users.txt -o json'],
  });
  addOutputOption(addFileOption(command)).action(async (options: FileOption & { output: OutputFormat }) => {
    const file = usersFileOf(shell, options);
    const rows = [...(await readUsers(file)).values()];
    printListing(shell, options.output, { columns: COLUMNS, rows });
    if (rows.length === 0)
      notice(
        shell,
        options.output,
        `nobody is in ${file}; stockflow web user add <name> --role admin adds a person`,
      );
  });
}
