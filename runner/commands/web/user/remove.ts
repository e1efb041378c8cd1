/** Lets a person in to the page no more. */
import type { Command } from 'commander';
import { withoutUser } from '../../../web/access/users/file.ts';
import { describe, type Shell } from '../../cli/command.ts';
import { addFileOption, changeUsers, type FileOption, usersFileOf } from '../users_file.ts';
import { knownUser } from './known_user.ts';

export function configure(command: Command, shell: Shell): void {
  describe(command, {
    does: 'Removes a person from the users file. A server that uses it refuses their sessions and tokens at once.',
    examples: ['stockflow web user remove night_shift'],
  }).argument('<name>', 'as it stands in the users file');
  addFileOption(command).action(async (name: string, options: FileOption) => {
    const file = usersFileOf(shell, options);
    await changeUsers(file, (text, users) => withoutUser(text, knownUser(users, { name, file }).name));
    shell.stderr.write(`${name} is removed from ${file}\n`);
  });
}
