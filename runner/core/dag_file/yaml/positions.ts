/** Keeps the positions of the values of a YAML file by key path. */
import type { DagFileFinding } from '../finding.ts';
import { formatKeyPath, type KeyPath } from '../key_path.ts';
import type { Problem } from '../problem.ts';

/** A position in the file: line and column, both 1-based, the column in UTF-16 units. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** The source range of one value: offsets in the text. */
export interface SourceRange {
  /** The offset of its key; null for an element of a list and for the document. */
  readonly key: number | null;
  readonly value: number;
  /** The scalar as written in the file, quotes included; null for a list or map. */
  readonly scalar: string | null;
}

export interface SourceRanges {
  readonly file: string;
  readonly at: (path: KeyPath) => SourceRange | undefined;
  readonly positionAt: (offset: number) => Position;
}

/** Returns the position of the value, or of the nearest enclosing value if it is absent. */
export function positionOf(ranges: SourceRanges, finding: Omit<DagFileFinding, 'message'>): Position {
  const { path, at = 'value', index, offset } = finding;
  if (offset !== undefined) return ranges.positionAt(offset);
  const range = ranges.at(path);
  if (range === undefined) {
    if (path.length === 0) return ranges.positionAt(0);
    return positionOf(ranges, { path: path.slice(0, -1), at: 'key' });
  }
  if (range.key !== null && (at === 'key' || range.scalar === '')) return ranges.positionAt(range.key);
  return ranges.positionAt(range.value + (index === undefined ? 0 : charOffset(range.scalar, index)));
}

export function problemOf(ranges: SourceRanges, finding: DagFileFinding): Problem {
  const position = positionOf(ranges, finding);
  return { file: ranges.file, ...position, key: formatKeyPath(finding.path), message: finding.message };
}

/** Returns the problems in the order of the file; those at the same position keep their order. */
export function inFileOrder(problems: readonly Problem[]): readonly Problem[] {
  return problems.toSorted((a, b) => a.line - b.line || a.column - b.column);
}

/** Returns the offset of a character within a scalar; 0 if escapes or folded lines hide it. */
function charOffset(scalar: string | null, index: number): number {
  if (scalar === null || /[\\\n]/.test(scalar) || /^[|>]/.test(scalar)) return 0;
  const quote = scalar[0] === '"' || scalar[0] === "'" ? 1 : 0;
  return /''/.test(scalar.slice(1, -1)) ? 0 : quote + index;
}
