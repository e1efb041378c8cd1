/** Reads the text of a DAG file into JSON values, with the place of each. */

import type { Json } from '../../value/json.ts';
import type { KeyPath } from '../key_path.ts';
import type { Problem } from '../problem.ts';
import { readNode, type Sink } from './nodes.ts';
import { type Place, type Places, problemOf } from './positions.ts';
import { parseYaml } from './syntax.ts';

export interface YamlFile {
  /** `undefined` where the text is no YAML to go on with. */
  readonly root: Json | undefined;
  readonly places: Places;
  readonly problems: readonly Problem[];
  /** Whether a null stands there for a value that was refused: what else is wrong with it only follows from that. */
  readonly isStandIn: (path: KeyPath) => boolean;
}

const MAX_BYTES = 256 * 1024;

export function readYaml(source: string, file: string): YamlFile {
  const bytes = Buffer.byteLength(source);
  if (bytes > MAX_BYTES) return tooLarge(file, bytes);
  const { document, text, positionAt, errors } = parseYaml(source.replace(/^\uFEFF/, ''));
  const found = new Map<string, Place>();
  const standIns = new Set<string>();
  const places: Places = { file, positionAt, at: (path) => found.get(JSON.stringify(path)) };
  const problems: Problem[] = errors.map((error) => ({ file, key: '', ...error }));
  const sink: Sink = {
    text,
    places,
    setPlace: (path, place) => found.set(JSON.stringify(path), place),
    report: (finding) => problems.push(problemOf(places, finding)),
    standIn: (path) => standIns.add(JSON.stringify(path)),
  };
  if (document?.directives.yaml.explicit === true) {
    sink.report({ path: [], message: 'a %YAML directive changes how values are read: remove it' });
  }
  return {
    root: document === null ? undefined : readNode(document.contents, { path: [], key: null }, sink),
    places,
    problems,
    isStandIn: (path) => standIns.has(JSON.stringify(path)),
  };
}

function tooLarge(file: string, bytes: number): YamlFile {
  const places: Places = { file, positionAt: () => ({ line: 1, column: 1 }), at: () => undefined };
  const message = `${bytes} bytes, and a DAG file may have ${MAX_BYTES}: split the DAG`;
  return {
    root: undefined,
    places,
    problems: [problemOf(places, { path: [], message })],
    isStandIn: () => false,
  };
}
