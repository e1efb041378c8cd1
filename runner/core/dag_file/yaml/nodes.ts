/**
 * Converts YAML nodes to JSON values. YAML features that a DAG file does not allow are reported and left out: anchors,
 * aliases, tags, repeated keys, keys that reach prototypes, and text and numbers that JSON or Postgres would not store
 * as written.
 */
import { isAlias, isMap, isNode, isScalar, isSeq, type Node, type Scalar, type YAMLMap } from 'yaml';
import type { Json } from '../../value/json.ts';
import type { DagFileFinding } from '../finding.ts';
import type { KeyPath } from '../key_path.ts';
import type { SourceRange, SourceRanges } from './positions.ts';

/** The receiver of everything that is read beside the value itself. */
export interface Sink {
  /** The text of the file, to which the offsets of nodes refer. */
  readonly text: string;
  readonly ranges: SourceRanges;
  readonly setRange: (path: KeyPath, range: SourceRange) => void;
  readonly report: (finding: DagFileFinding) => void;
  /** Marks `path` as a placeholder: its value was refused, and null replaces it. */
  readonly placeholder: (path: KeyPath) => void;
}

interface NodePosition {
  readonly path: KeyPath;
  /** The offset of its key; null for an element of a list and for the document. */
  readonly key: number | null;
}

const MAX_DEPTH = 32;
const FORBIDDEN_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

export function readNode(node: unknown, { path, key }: NodePosition, sink: Sink): Json {
  if (!isNode(node)) {
    sink.setRange(path, { key, value: key ?? 0, scalar: '' });
    return null;
  }
  const [start, end] = node.range ?? [key ?? 0, key ?? 0];
  sink.setRange(path, { key, value: start, scalar: isScalar(node) ? sink.text.slice(start, end) : null });
  const refusal = refusalOf(node, path);
  if (refusal !== null) {
    sink.report({ path, offset: propertyOffset(node, start, sink.text), message: refusal });
    if (isAlias(node) || path.length > MAX_DEPTH) {
      sink.placeholder(path);
      return null;
    }
  }
  if (isMap(node)) return readMap(node, path, sink);
  if (isSeq(node)) {
    return node.items.map((item, index) => readNode(item, { path: [...path, index], key: null }, sink));
  }
  return isScalar(node) ? readScalar(node, path, sink) : null;
}

function refusalOf(node: Node, path: KeyPath): string | null {
  if (isAlias(node)) return `*${node.source} is an alias: write the value out, or use default_args`;
  if (node.anchor !== undefined) return `&${node.anchor} is an anchor, and there are no aliases: remove it`;
  if (node.tag !== undefined) return `the tag ${node.tag} is not taken: remove it`;
  return path.length > MAX_DEPTH ? `nested more than ${MAX_DEPTH} deep: flatten it` : null;
}

/** Returns the offset of a value including an anchor or tag in front of it, which the parser leaves out. */
function propertyOffset(node: Node, start: number, text: string): number {
  if (isAlias(node) || node.anchor === undefined) return start;
  return Math.max(0, text.lastIndexOf(`&${node.anchor}`, start));
}

function readMap(map: YAMLMap<unknown, unknown>, path: KeyPath, sink: Sink): Json {
  const entries = new Map<string, Json>();
  for (const pair of map.items) {
    const offset = (isNode(pair.key) ? pair.key.range?.[0] : map.range?.[0]) ?? 0;
    const name = isScalar(pair.key) ? String(pair.key.value) : '?';
    const inner = [...path, name];
    const refusal = keyRefusal(
      pair.key,
      () => (entries.has(name) ? sink.ranges.at(inner)?.key : undefined),
      sink,
    );
    if (refusal === null) entries.set(name, readNode(pair.value, { path: inner, key: offset }, sink));
    else sink.report({ path: inner, offset, message: refusal });
  }
  return Object.fromEntries(entries);
}

/** Returns why a key is refused, or null. @param firstOffset gives the offset of the same key earlier in this map */
function keyRefusal(key: unknown, firstOffset: () => number | null | undefined, sink: Sink): string | null {
  if (!isScalar(key)) return 'a key must be a single word of text';
  if (typeof key.value !== 'string') return `found ${key.source ?? 'nothing'} as a key: put quotes around it`;
  if (key.anchor !== undefined || key.tag !== undefined) return 'a key takes no anchor and no tag';
  if (FORBIDDEN_KEYS.has(key.value)) return `${key.value} is not taken as a key: choose another name`;
  const first = firstOffset();
  if (typeof first === 'number') {
    return `repeats the key of line ${sink.ranges.positionAt(first).line}: keep one of them`;
  }
  return textRefusal(key.value);
}

function readScalar({ value, source }: Scalar, path: KeyPath, sink: Sink): Json {
  if (value === null || typeof value === 'boolean') return value;
  if (typeof value === 'number') {
    if (Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value))) return value;
    sink.report({
      path,
      message: `${source ?? value} is beyond what a number holds exactly: put quotes around it`,
    });
  } else if (typeof value === 'string') {
    const refusal = textRefusal(value);
    if (refusal === null) return value;
    sink.report({ path, message: refusal });
  } else {
    sink.report({ path, message: 'is neither text, a number, true, false nor null' });
  }
  sink.placeholder(path);
  return null;
}

/** Returns why a text is refused, or null: Postgres's jsonb accepts neither NUL nor a lone surrogate. */
function textRefusal(text: string): string | null {
  if (text.includes('\0')) return 'holds a NUL character: remove it';
  return text.isWellFormed() ? null : 'holds half of a surrogate pair, which is no character: remove it';
}
