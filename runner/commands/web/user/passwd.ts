/** Sets another password for the page. */
import type { Command } from 'commander';
import { withUser } from '../../../web/access/users/file.ts';
import { hashPassword } from '../../../web/access/users/password.ts';
import { describe, type Shell } from '../../cli/command.ts';
import { addPasswordOption, newPassword, type PasswordOption } from '../password.ts';
import { addFileOption, changeUsers, type FileOption, readUsers, usersFileOf } from '../users_file.ts';
import { knownUser } from './known_user.ts';

export function configure(command: Command, shell: Shell): void {
  describe(command, {
    does: 'Sets another password for a person. Their sessions end with the old one; their tokens go on.',
    examples: ['stockflow web user passwd night_shift'],
  }).argument('<name>', 'as it stands in the users file');
  addPasswordOption(addFileOption(command)).action(
    async (name: string, options: FileOption & PasswordOption) => {
      const file = usersFileOf(shell, options);
      knownUser(await readUsers(file), { name, file });
      const passwordHash = await hashPassword(await newPassword(shell, options));
      await changeUsers(file, (text, users) =>
        withUser(text, { ...knownUser(users, { name, file }), passwordHash }),
      );
      shell.stderr.write(`${name} has another password; their sessions have ended\n`);
    },
  );
}
