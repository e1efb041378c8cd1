/**
 * Parses the locations of files: `artifact:name`, `sftp://connection/path` or `file:relative/path`. The text is used as
 * it is: no percent-decoding, no queries.
 */

/**
 * A parsed location. `path` is below the connection's base directory, or below the project for `file`; never absolute.
 */
export type Location =
  | { readonly scheme: 'artifact'; readonly name: string }
  | { readonly scheme: 'sftp'; readonly connection: string; readonly path: string }
  | { readonly scheme: 'file'; readonly path: string };

/** The files of one folder whose names match; `folder` is empty for the top. */
export type LocationPattern =
  | { readonly scheme: 'artifact'; readonly pattern: string }
  | {
      readonly scheme: 'sftp';
      readonly connection: string;
      readonly folder: string;
      readonly pattern: string;
    }
  | { readonly scheme: 'file'; readonly folder: string; readonly pattern: string };

export class LocationError extends Error {
  override name = 'LocationError';
}

const ARTIFACT_NAME = /^[A-Za-z0-9._-]{1,128}$/;
const ARTIFACT_PATTERN = /^[A-Za-z0-9._*-]{1,128}$/;
const CONNECTION_ID = /^[a-z][a-z0-9_]{0,62}$/;
const SAFE_FILE_NAME = /^(?!\.)[A-Za-z0-9._-]{1,128}$/;
const LONGEST_SEGMENT_BYTES = 255;

/** Parses a location. @throws LocationError saying what is wrong with the text */
export function parseLocation(text: string): Location {
  const location = split(text);
  if (location.scheme === 'artifact') {
    if (ARTIFACT_NAME.test(location.name)) return location;
    throw refused(text, 'an artifact name is 1 to 128 of A-Z a-z 0-9 . _ -');
  }
  checkPath(text, location.path.split('/'));
  if (location.path.includes('*')) throw refused(text, 'a single file is meant, so its path holds no *');
  return location;
}

/** Parses a location whose last segment may contain `*`. @throws LocationError saying what is wrong with the text */
export function parseLocationPattern(text: string): LocationPattern {
  const location = split(text);
  if (location.scheme === 'artifact') {
    const { scheme, name } = location;
    if (ARTIFACT_PATTERN.test(name)) return { scheme, pattern: name };
    throw refused(text, 'an artifact pattern is 1 to 128 of A-Z a-z 0-9 . _ - *');
  }
  const { path, ...place } = location;
  const segments = path.split('/');
  checkPath(text, segments);
  const pattern = segments.pop() ?? '';
  const folder = segments.join('/');
  if (folder.includes('*')) throw refused(text, '* may stand in the last part of the path only');
  return { ...place, folder, pattern };
}

/** Returns the text that `parseLocation` reads back to the same location. */
export function formatLocation(location: Location): string {
  if (location.scheme === 'artifact') return `artifact:${location.name}`;
  if (location.scheme === 'file') return `file:${location.path}`;
  return `sftp://${location.connection}/${location.path}`;
}

/**
 * Returns true if a name from a listing matches the pattern. Names come from a server that may be hostile: hidden ones
 * and those with other characters than `A-Z a-z 0-9 . _ -` match nothing.
 * @param pattern a last segment; `*` stands for any run of characters, also an empty one
 */
export function matchesPattern(pattern: string, name: string): boolean {
  if (!SAFE_FILE_NAME.test(name)) return false;
  const [head = '', ...rest] = pattern.split('*');
  const tail = rest.pop();
  if (tail === undefined) return name === head;
  if (!name.startsWith(head) || !name.endsWith(tail)) return false;
  const end = name.length - tail.length;
  let position = head.length;
  for (const part of rest) {
    const found = name.indexOf(part, position);
    if (found === -1) return false;
    position = found + part.length;
  }
  return position <= end;
}

function split(text: string): Location {
  if (text.startsWith('artifact:')) return { scheme: 'artifact', name: text.slice('artifact:'.length) };
  if (text.startsWith('sftp://')) {
    const rest = text.slice('sftp://'.length);
    const slash = rest.indexOf('/');
    const connection = slash === -1 ? rest : rest.slice(0, slash);
    if (!CONNECTION_ID.test(connection)) {
      throw refused(
        text,
        'after sftp:// comes the id of a connection, as in sftp://warehouse/outgoing/x.csv',
      );
    }
    return { scheme: 'sftp', connection, path: slash === -1 ? '' : rest.slice(slash + 1) };
  }
  if (text.startsWith('file:')) return { scheme: 'file', path: text.slice('file:'.length) };
  throw refused(text, 'write artifact:name, sftp://connection/path or file:relative/path');
}

function checkPath(text: string, segments: readonly string[]): void {
  for (const segment of segments) {
    if (segment === '') {
      throw refused(text, 'the path is relative, names a file, and has no empty part');
    }
    if (segment === '.' || segment === '..') throw refused(text, `the path may not hold ${segment}`);
    if (segment.includes('\\')) throw refused(text, 'the path may not hold a backslash; write /');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
    if (/[\u0000-\u001f\u007f-\u009f]/.test(segment) || !segment.isWellFormed()) {
      throw refused(text, 'the path holds a character that is not text');
    }
    if (segment !== segment.trim()) throw refused(text, 'a part of the path begins or ends with a space');
    if (Buffer.byteLength(segment) > LONGEST_SEGMENT_BYTES) {
      throw refused(text, `a part of the path is longer than ${LONGEST_SEGMENT_BYTES} bytes`);
    }
  }
}

function refused(text: string, why: string): LocationError {
  return new LocationError(`${JSON.stringify(text.slice(0, 200))} is not a location: ${why}`);
}
