/** Where the values of a YAML file stand in its text, by key path. */
import type { Finding } from '../finding.ts';
import { formatKeyPath, type KeyPath } from '../key_path.ts';
import type { Problem } from '../problem.ts';

/** 1-based, the column in UTF-16 units. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** One value of the file. */
export interface Place {
  /** Offset of its key; null for a list's element and the document. */
  readonly key: number | null;
  readonly value: number;
  /** The scalar as it stands in the file, quotes included; null for a list or map. */
  readonly scalar: string | null;
}

export interface Places {
  readonly file: string;
  readonly at: (path: KeyPath) => Place | undefined;
  readonly positionAt: (offset: number) => Position;
}

/** The position of the value, or for one that is not there, of the nearest value around it. */
export function positionOf(places: Places, finding: Omit<Finding, 'message'>): Position {
  const { path, at = 'value', index, offset } = finding;
  if (offset !== undefined) return places.positionAt(offset);
  const place = places.at(path);
  if (place === undefined) {
    if (path.length === 0) return places.positionAt(0);
    return positionOf(places, { path: path.slice(0, -1), at: 'key' });
  }
  if (place.key !== null && (at === 'key' || place.scalar === '')) return places.positionAt(place.key);
  return places.positionAt(place.value + (index === undefined ? 0 : charOffset(place.scalar, index)));
}

export function problemOf(places: Places, finding: Finding): Problem {
  const position = positionOf(places, finding);
  return { file: places.file, ...position, key: formatKeyPath(finding.path), message: finding.message };
}

/** In the order of the file; those at one position in the order found. */
export function inFileOrder(problems: readonly Problem[]): readonly Problem[] {
  return problems.toSorted((a, b) => a.line - b.line || a.column - b.column);
}

/** How far behind its start a scalar shows its character; 0 where escapes or folded lines hide it. */
function charOffset(scalar: string | null, index: number): number {
  if (scalar === null || /[\\\n]/.test(scalar) || /^[|>]/.test(scalar)) return 0;
  const quote = scalar[0] === '"' || scalar[0] === "'" ? 1 : 0;
  return /''/.test(scalar.slice(1, -1)) ? 0 : quote + index;
}
