import { realpathSync } from 'node:fs';
import { basename, dirname, join, posix, sep } from 'node:path';
import { STATUS } from './packet.ts';
import { StatusError } from './status_error.ts';

/** Maps the paths that clients name, absolute or not, to paths below one directory. */
export class Jail {
  readonly #root: string;

  /** @throws Error if `rootDir` does not exist */
  constructor(rootDir: string) {
    this.#root = realpathSync(rootDir);
  }

  /** Returns the path as the client sees it: absolute and normalized; `..` at the root stays at the root. */
  visible(path: string): string {
    if (path.includes('\0')) throw new StatusError(STATUS.BAD_MESSAGE, 'path contains NUL');
    return posix.normalize(`/${path}`).replace(/(.)\/$/, '$1');
  }

  /** Returns the directory entry itself: links on the way are followed, the last one is not. */
  entry(path: string): string {
    const real = join(this.#root, this.visible(path));
    if (real === this.#root || real === `${this.#root}${sep}`) return this.#root;
    return join(this.#inside(realpathSync(dirname(real))), basename(real));
  }

  /**
   * Returns the target of the path with all links followed.
   * @throws ENOENT if there is none
   */
  target(path: string): string {
    return this.#inside(realpathSync(join(this.#root, this.visible(path))));
  }

  #inside(real: string): string {
    if (real !== this.#root && !real.startsWith(`${this.#root}${sep}`)) {
      throw new StatusError(STATUS.PERMISSION_DENIED, 'path leaves the root directory');
    }
    return real;
  }
}
