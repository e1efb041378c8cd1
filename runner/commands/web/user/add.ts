/** Lets a person log in to the page. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { ROLES, type Role } from '../../../web/access/role.ts';
import { nameProblem, withUser } from '../../../web/access/users/file.ts';
import { hashPassword } from '../../../web/access/users/password.ts';
import { describe, type Shell } from '../../cli/command.ts';
import { CommandError, EXIT } from '../../cli/exit_code.ts';
import { addPasswordOption, newPassword, type PasswordOption } from '../password.ts';
import { addFileOption, changeUsers, type FileOption, readUsers, usersFileOf } from '../users_file.ts';

interface Options extends FileOption, PasswordOption {
  readonly role: Role;
  readonly password: boolean;
}

export function configure(command: Command, shell: Shell): void {
  describe(command, {
    does: 'Adds a person to the users file, with a password that is asked for twice and kept as a scrypt hash. A server that uses the file lets them in at once.',
    examples: [
      'stockflow web user add night_shift --role operator --file users.txt',
      'pass show stockflow | stockflow web user add auditor --role viewer --password-stdin',
      'stockflow web user add jenkins --role operator --no-password',
    ],
  })
    .argument('<name>', 'as they log in, or as the log-in proxy names them', parseName)
    .addOption(
      new Option(
        '--role <role>',
        'viewer sees all and changes nothing, operator acts, admin may do everything',
      )
        .choices(ROLES)
        .makeOptionMandatory(),
    )
    .option('--no-password', 'they come by tokens or a log-in proxy only');
  addPasswordOption(addFileOption(command)).action(async (name: string, options: Options) => {
    const file = usersFileOf(shell, options);
    refuseKnown(name, await readUsers(file));
    const passwordHash = options.password ? await hashPassword(await newPassword(shell, options)) : null;
    await changeUsers(file, (text, users) => {
      refuseKnown(name, users);
      return withUser(text, { name, role: options.role, passwordHash });
    });
    shell.stderr.write(`${name} is in ${file} as ${options.role}\n`);
  });
}

function refuseKnown(name: string, users: ReadonlyMap<string, unknown>): void {
  if (!users.has(name)) return;
  throw new CommandError(
    EXIT.usage,
    `${name} is there already; stockflow web user passwd ${name} sets another password`,
  );
}

export function parseName(text: string): string {
  const problem = nameProblem(text);
  if (problem === null) return text;
  throw new InvalidArgumentError(`${problem}.`);
}
