/** Where the values of a YAML file stand in its text, by key path. */
import type { DagFileFinding } from '../finding.ts';
import { formatKeyPath, type KeyPath } from '../key_path.ts';
import type { Problem } from '../problem.ts';

/** 1-based, the column in UTF-16 units. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** One value of the file. */
export interface SourceRange {
  /** Offset of its key; null for a list's element and the document. */
  readonly key: number | null;
  readonly value: number;
  /** The scalar as it stands in the file, quotes included; null for a list or map. */
  readonly scalar: string | null;
}

export interface SourceRanges {
  readonly file: string;
  readonly at: (path: KeyPath) => SourceRange | undefined;
  readonly positionAt: (offset: number) => Position;
}

/** The position of the value, or for one that is not there, of the nearest value around it. */
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
