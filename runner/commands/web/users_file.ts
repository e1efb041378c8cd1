/** Reads and changes the users file of the page. */
import { constants } from 'node:fs';
import { chmod, chown, open, readFile, realpath, rename, stat, unlink } from 'node:fs/promises';
import type { Command } from 'commander';
import { parseUsers, type Users, UsersFileError } from '../../web/access/users/file.ts';
import { UsersFileUnusable } from '../../web/access/users/source.ts';
import type { Shell } from '../cli/command.ts';
import { CommandError, EXIT } from '../cli/exit_code.ts';

export interface FileOption {
  readonly file?: string;
}

export function addFileOption(command: Command): Command {
  return command.option('--file <path>', 'the users file; that of STOCKFLOW_WEB_USERS_FILE by default');
}

/** @throws CommandError (usage) where neither the option nor the variable names a file */
export function usersFileOf(shell: Shell, { file }: FileOption): string {
  const named = file ?? shell.env.STOCKFLOW_WEB_USERS_FILE;
  if (named) return named;
  throw new CommandError(EXIT.usage, 'which users file? Name it with --file, or in STOCKFLOW_WEB_USERS_FILE');
}

/** Returns the users; none where there is no file yet. @throws CommandError for a file that is malformed or cannot be read */
export async function readUsers(file: string): Promise<Users> {
  return (await readUsersText(file)).users;
}

/**
 * Replaces the file by what `change` makes of its text, so that a server reads the old text or the new one. A new file may be read
 * by its owner alone; another keeps its owner and rights.
 * @throws CommandError
 */
export async function changeUsers(
  file: string,
  change: (text: string, users: Users) => string,
): Promise<void> {
  const { text, users } = await readUsersText(file);
  const target = text === null ? file : await realpath(file);
  const draft = `${target}.new`;
  const handle = await openDraft(draft);
  try {
    await handle.writeFile(change(text ?? '', users));
    await handle.sync();
    await handle.close();
    if (text !== null) await keepRights(target, draft);
    await rename(draft, target);
  } catch (error) {
    await handle.close().catch(() => undefined);
    await unlink(draft);
    throw error;
  }
}

/** The draft is a lock too: two changes at once would lose one of them. */
async function openDraft(draft: string) {
  try {
    return await open(draft, constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY, 0o600);
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'EEXIST'))
      throw new CommandError(EXIT.usage, `${draft} cannot be written`, { cause });
    throw new CommandError(
      EXIT.problem,
      `${draft} is there: another change is being made, or one was broken off; then remove it`,
    );
  }
}

async function keepRights(from: string, to: string): Promise<void> {
  const { uid, gid, mode } = await stat(from);
  const own = await stat(to);
  if (own.uid !== uid || own.gid !== gid) await chown(to, uid, gid);
  await chmod(to, mode & 0o7777);
}

async function readUsersText(file: string): Promise<{ readonly text: string | null; readonly users: Users }> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT')
      return { text: null, users: new Map() };
    throw new CommandError(EXIT.usage, `the users file ${file} cannot be read`, { cause });
  }
  try {
    return { text, users: parseUsers(text, file) };
  } catch (error) {
    throw usersFileProblem(error) ?? error;
  }
}

/** Returns the error of a users file in words; null for any other error. */
export function usersFileProblem(error: unknown): CommandError | null {
  if (error instanceof UsersFileError)
    return new CommandError(
      EXIT.usage,
      `${error.message}\ncorrect these lines, or remove them and add the people again with stockflow web user add`,
    );
  return error instanceof UsersFileUnusable
    ? new CommandError(
        EXIT.usage,
        unusableText(error),
        error.kind === 'unreadable' ? { cause: error.cause } : {},
      )
    : null;
}

function unusableText({ kind, file }: UsersFileUnusable): string {
  switch (kind) {
    case 'absent':
      return `there is no users file ${file}; stockflow web user add <name> --role admin --file ${file} makes it`;
    case 'unreadable':
      return `the users file ${file} cannot be read`;
    case 'writable_by_all':
      return `everybody on this machine may write the users file ${file}, and so become an administrator: chmod 600 ${file}`;
  }
}
