/** The leading comment of a migration: its title, and which versions of the code go on working once it is applied. */

export interface MigrationHeader {
  /** Its first sentence; null where the text does not begin with a comment. */
  readonly title: string | null;
  /** The text after `compatible_from:`; null where it is not said. */
  readonly compatibleFrom: string | null;
}

const COMPATIBLE_FROM = /^compatible_from:\s*(.*?)\s*$/;
const SENTENCE_END = /[.:;](?=\s|$)/;

/**
 * Reads a header such as
 *
 *     -- Why a worker gave its lease up: null where it fell silent.
 *     -- compatible_from: 0021
 */
export function migrationHeader(sql: string): MigrationHeader {
  const lines = sql.split('\n');
  const end = lines.findIndex((line) => !line.startsWith('--'));
  const comment = lines.slice(0, end < 0 ? lines.length : end).map((line) => line.slice(2).trim());
  const compatible = comment.map((line) => COMPATIBLE_FROM.exec(line)?.[1] ?? null);
  const text = comment
    .filter((_, index) => compatible[index] === null)
    .join(' ')
    .trim();
  const title = text.split(SENTENCE_END, 1)[0] ?? '';
  return { title: title || null, compatibleFrom: compatible.find((value) => value !== null) ?? null };
}

/** Returns a version as the names of migration files have it: 21 is 0021. */
export function versionText(version: number): string {
  return String(version).padStart(4, '0');
}
