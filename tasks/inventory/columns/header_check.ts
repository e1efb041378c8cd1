/** Finds the columns of a file by exact header names: a wrong guess would shift every count of a night. */

import { InvalidFileError } from '../file/invalid_file.ts';
import type { ColumnMapping, ColumnPlan } from './mapping.ts';

const DELIMITERS = [',', ';', '\t', '|'] as const;
const NAMES: Readonly<Record<string, string>> = { ',': 'comma', ';': 'semicolon', '\t': 'tab', '|': 'pipe' };

/** The 0-based column of each meaning that the file has. */
export type FoundColumns<Meaning extends string> = Readonly<Partial<Record<Meaning, number>>>;

/**
 * Matches header names case-insensitively, ignoring surrounding spaces. Unknown and unnamed columns are allowed.
 * @throws InvalidFileError for a duplicate name, a missing column, or a header that another delimiter fits better
 */
export function findColumns<Meaning extends string>(
  header: readonly string[],
  mapping: ColumnMapping<Meaning>,
  plan: ColumnPlan<Meaning>,
  delimiter: string,
): FoundColumns<Meaning> {
  if (header.some((name) => /\r./.test(name))) {
    throw new InvalidFileError('header: its lines end in CR alone; lines end in LF or CRLF');
  }
  const byName = new Map<string, number>();
  for (const [index, padded] of header.entries()) {
    const name = padded.trim();
    // Columns without a name are ignored; spreadsheets often leave some after the last.
    if (name === '') continue;
    const key = name.toLowerCase();
    if (byName.has(key)) {
      throw new InvalidFileError(
        `header: column ${name} occurs twice, at ${(byName.get(key) ?? 0) + 1} and ${index + 1}`,
      );
    }
    byName.set(key, index);
  }
  const missing = plan.required.filter((group) =>
    group.every((meaning) => !byName.has(mapping[meaning].toLowerCase())),
  );
  if (missing.length > 0) {
    const names = missing.map((group) => group.map((meaning) => mapping[meaning]).join(' or ')).join(', ');
    throw new InvalidFileError(
      `header: no column ${names} (found: ${describe(header)})${otherDelimiter(header, mapping, delimiter)}`,
    );
  }
  const found: Partial<Record<Meaning, number>> = {};
  for (const meaning of plan.meanings) {
    const index = byName.get(mapping[meaning].toLowerCase());
    if (index !== undefined) found[meaning] = index;
  }
  return found;
}

function describe(header: readonly string[]): string {
  const names = header.slice(0, 20).map((name) => (name === '' ? '(empty)' : name.slice(0, 100)));
  return header.length > 20 ? `${names.join(', ')} and ${header.length - 20} more` : names.join(', ');
}

function otherDelimiter(header: readonly string[], mapping: ColumnMapping, delimiter: string): string {
  const wanted = new Set(Object.values(mapping).map((name) => name.toLowerCase()));
  const hits = (names: readonly string[]) =>
    names.filter((name) => wanted.has(name.trim().toLowerCase())).length;
  const line = header.join(delimiter);
  const best = DELIMITERS.filter((other) => other !== delimiter)
    .map((other) => ({ other, count: hits(line.split(other).map((name) => name.replace(/^"(.*)"$/, '$1'))) }))
    .reduce((a, b) => (b.count > a.count ? b : a));
  if (best.count <= hits(header)) return '';
  return `; it looks delimited by ${NAMES[best.other]}, and ${NAMES[delimiter] ?? JSON.stringify(delimiter)} was expected`;
}
