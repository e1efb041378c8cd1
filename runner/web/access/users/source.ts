/** The users file as it is now: read again whenever it has changed, so that a removed person is out at once. */
import { readFile, stat } from 'node:fs/promises';
import { errorFacts } from '../../../core/value/error_text.ts';
import type { Log } from '../../../log.ts';
import { parseUsers, type Users } from './file.ts';

export class UsersFile {
  readonly #file: string;
  readonly #log: Log;
  #stamp: string;
  #users: Users;

  /** @throws UsersFileError; UsersFileUnusable */
  static async open(file: string, log: Log): Promise<UsersFile> {
    const { stamp, users } = await readUsers(file, log);
    return new UsersFile({ file, log, stamp, users });
  }

  private constructor(opened: {
    readonly file: string;
    readonly log: Log;
    readonly stamp: string;
    readonly users: Users;
  }) {
    this.#file = opened.file;
    this.#log = opened.log;
    this.#stamp = opened.stamp;
    this.#users = opened.users;
  }

  /** Returns the users of the file, or where it cannot be used any more, those of its last good text. */
  async users(): Promise<Users> {
    let stamp = 'absent';
    try {
      stamp = await stampOf(this.#file);
      if (stamp === this.#stamp) return this.#users;
      this.#users = (await readUsers(this.#file, this.#log)).users;
      this.#log.info('users file read again', { file: this.#file, users: this.#users.size });
    } catch (error) {
      // Once for each change of the file.
      if (stamp !== this.#stamp)
        this.#log.error('users file cannot be used; its last good text stays in force', {
          file: this.#file,
          error: errorFacts(error).errorText,
        });
    }
    this.#stamp = stamp;
    return this.#users;
  }
}

/** The file cannot be used, whatever it says. */
export class UsersFileUnusable extends Error {
  override name = 'UsersFileUnusable';
  /** `writable_by_all`: everybody on this machine could make themselves an administrator. */
  readonly kind: 'absent' | 'unreadable' | 'writable_by_all';
  readonly file: string;
  constructor(kind: UsersFileUnusable['kind'], file: string, options: ErrorOptions = {}) {
    super(`the users file ${file} is ${kind.replaceAll('_', ' ')}`, options);
    this.kind = kind;
    this.file = file;
  }
}

async function readUsers(file: string, log: Log): Promise<{ readonly stamp: string; readonly users: Users }> {
  const stamp = await stampOf(file);
  const { mode } = await stat(file);
  if ((mode & 0o002) !== 0) throw new UsersFileUnusable('writable_by_all', file);
  if ((mode & 0o004) !== 0)
    log.warn('everybody on this machine may read the hashes of the users file; chmod 600 it', { file });
  return { stamp, users: parseUsers(await readText(file), file) };
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new UsersFileUnusable('unreadable', file, { cause });
  }
}

/** Changes with the file's content, also where it is replaced through a link. */
async function stampOf(file: string): Promise<string> {
  try {
    const { ino, size, mtimeNs, ctimeNs } = await stat(file, { bigint: true });
    return `${ino} ${size} ${mtimeNs} ${ctimeNs}`;
  } catch (cause) {
    const isAbsent = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
    throw new UsersFileUnusable(isAbsent ? 'absent' : 'unreadable', file, { cause });
  }
}
