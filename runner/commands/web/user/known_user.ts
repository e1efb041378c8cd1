import { didYouMean } from '../../../core/value/suggest.ts';
import type { User, Users } from '../../../web/access/users/file.ts';
import { CommandError, EXIT } from '../../cli/exit_code.ts';

/** @throws CommandError (not found) */
export function knownUser(
  users: Users,
  { name, file }: { readonly name: string; readonly file: string },
): User {
  const user = users.get(name);
  if (user !== undefined) return user;
  throw new CommandError(EXIT.notFound, `${file} has no ${name}${didYouMean(name, users.keys())}`);
}
