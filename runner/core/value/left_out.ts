/** Finds file names that a pattern does not match, but that a person would take for the file that was meant. */
import { matchesPattern } from './location.ts';

/** An entry that a pattern does not match although its name resembles it. */
export interface LeftOutFile {
  /** The name as listed, quoted as JSON if it has other characters than letters, digits, blanks and the usual signs. */
  readonly name: string;
  /** A clause, e.g. `it is a link, and links are not followed`. */
  readonly why: string;
}

/** An entry of a folder. `why` says why it cannot be used whatever its name (a link, a folder); null if it can. */
export interface NamedEntry {
  readonly name: string;
  readonly why: string | null;
}

const NAMED_MAX = 20;
const LONGEST_NAME = 128;

/**
 * Returns the entries that resemble the pattern but do not match it, by name, at most 20. The comparison ignores case,
 * blanks, signs, and the additions to the name of a copy.
 */
export function leftOutOf(pattern: string, entries: readonly NamedEntry[]): readonly LeftOutFile[] {
  const given = entries.filter(({ name, why }) => why === null && matchesPattern(pattern, name));
  return entries
    .filter(({ name }) => resembles(pattern, name) && !given.some((file) => name.startsWith(file.name)))
    .map(({ name, why }) => ({ name: shown(name), why: why ?? mismatch(pattern, name) }))
    .sort((left, right) => (left.name < right.name ? -1 : 1))
    .slice(0, NAMED_MAX);
}

function resembles(pattern: string, name: string): boolean {
  const [begin = '', ...rest] = pattern.split('*').map(lettersOf);
  const meant = begin === '' ? (rest.at(-1) ?? '') : begin;
  return meant !== '' && lettersOf(name).includes(meant);
}

function mismatch(pattern: string, name: string): string {
  return matchesPattern(pattern.toLowerCase(), name.toLowerCase())
    ? `its capitals differ from ${pattern}`
    : `its name does not match ${pattern}`;
}

function lettersOf(text: string): string {
  return text.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
}

function shown(name: string): string {
  const short = name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME)}...` : name;
  return /^[\w .,()[\]+=@~#-]+$/.test(short) ? short : JSON.stringify(short);
}
