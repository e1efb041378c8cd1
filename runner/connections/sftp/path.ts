import type { SftpConfig } from '../connection_config.ts';
import { ConnectionError } from '../connection_error.ts';

/**
 * The form of a safe name. Names that a server lists are not trusted: no hidden ones, none that lead elsewhere or need
 * quoting.
 */
const NAME = /^(?!\.)[A-Za-z0-9._-]{1,128}$/;

export function isSafeName(name: string): boolean {
  return NAME.test(name);
}

/** Returns the absolute path on the server of a path below the base directory; `''` is that directory itself. */
export function remotePath(config: SftpConfig, path: string): string {
  if (path === '') return config.baseDir === '' ? '/' : config.baseDir;
  for (const segment of path.split('/')) {
    if (!isSafeName(segment)) {
      throw new ConnectionError(
        'invalid',
        `${config.id}: path ${JSON.stringify(path)}: each part is 1 to 128 of A-Z a-z 0-9 . _ - and begins with ` +
          'no dot; no leading, trailing or double slash',
      );
    }
  }
  return `${config.baseDir}/${path}`;
}

export function splitPath(path: string): { readonly dir: string; readonly name: string } {
  const at = path.lastIndexOf('/');
  return { dir: path.slice(0, Math.max(at, 0)), name: path.slice(at + 1) };
}

export function joinPath(dir: string, name: string): string {
  return dir === '' ? name : `${dir}/${name}`;
}
