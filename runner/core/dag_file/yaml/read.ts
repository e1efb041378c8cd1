/** Reads the text of a DAG or calendar file into JSON values, with the source range of each. */

import type { Json } from '../../value/json.ts';
import type { KeyPath } from '../key_path.ts';
import type { Problem } from '../problem.ts';
import { readNode, type Sink } from './nodes.ts';
import { problemOf, type SourceRange, type SourceRanges } from './positions.ts';
import { type FileSubject, parseYaml } from './syntax.ts';

export interface YamlFile {
  /** The root value; undefined if the text cannot be parsed at all. */
  readonly root: Json | undefined;
  readonly ranges: SourceRanges;
  readonly problems: readonly Problem[];
  /**
   * Returns true if the value at the path was refused and replaced by null: other problems of it only follow from that.
   */
  readonly isPlaceholder: (path: KeyPath) => boolean;
}

const MAX_BYTES = 256 * 1024;

export function readYaml(source: string, file: string, subject: FileSubject = 'DAG'): YamlFile {
  const bytes = Buffer.byteLength(source);
  if (bytes > MAX_BYTES) return tooLarge(file, bytes, subject);
  const { document, text, positionAt, errors } = parseYaml(source.replace(/^\uFEFF/, ''), subject);
  const found = new Map<string, SourceRange>();
  const placeholders = new Set<string>();
  const ranges: SourceRanges = { file, positionAt, at: (path) => found.get(JSON.stringify(path)) };
  const problems: Problem[] = errors.map((error) => ({ file, key: '', ...error }));
  const sink: Sink = {
    text,
    ranges,
    setRange: (path, range) => found.set(JSON.stringify(path), range),
    report: (finding) => problems.push(problemOf(ranges, finding)),
    placeholder: (path) => placeholders.add(JSON.stringify(path)),
  };
  if (document?.directives.yaml.explicit === true) {
    sink.report({ path: [], message: 'a %YAML directive changes how values are read: remove it' });
  }
  return {
    root: document === null ? undefined : readNode(document.contents, { path: [], key: null }, sink),
    ranges,
    problems,
    isPlaceholder: (path) => placeholders.has(JSON.stringify(path)),
  };
}

function tooLarge(file: string, bytes: number, subject: FileSubject): YamlFile {
  const ranges: SourceRanges = { file, positionAt: () => ({ line: 1, column: 1 }), at: () => undefined };
  const message = `${bytes} bytes, and a ${subject} file may have ${MAX_BYTES}: split the ${subject}`;
  return {
    root: undefined,
    ranges,
    problems: [problemOf(ranges, { path: [], message })],
    isPlaceholder: () => false,
  };
}
