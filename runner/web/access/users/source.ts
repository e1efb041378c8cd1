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

  /** @throws UsersFileError; UnsafeUsersFile; an error of the file system */
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

/** Others than its owner and group may write the file, and so make themselves administrators. */
export class UnsafeUsersFile extends Error {
  override name = 'UnsafeUsersFile';
}

async function readUsers(file: string, log: Log): Promise<{ readonly stamp: string; readonly users: Users }> {
  const stamp = await stampOf(file);
  const { mode } = await stat(file);
  if ((mode & 0o002) !== 0)
    throw new UnsafeUsersFile(
      `everybody on this machine may write ${file}: take that right away, chmod 600 ${file}`,
    );
  if ((mode & 0o004) !== 0)
    log.warn('everybody on this machine may read the hashes of the users file; chmod 600 it', { file });
  return { stamp, users: parseUsers(await readFile(file, 'utf8'), file) };
}

/** Changes with the file's content, also where it is replaced through a link. */
async function stampOf(file: string): Promise<string> {
  const { ino, size, mtimeNs, ctimeNs } = await stat(file, { bigint: true });
  return `${ino} ${size} ${mtimeNs} ${ctimeNs}`;
}
