/** Splits a text into literals and templates `${{ root.key }}`. `$${{` is the literal `${{`. */
import type { KeyPath } from '../dag_file/key_path.ts';
import type { Json } from '../value/json.ts';

/** One `${{ ... }}` in a text. */
export interface Template {
  /** 0-based, in UTF-16 units, within the text. */
  readonly offset: number;
  /** As written, braces included. */
  readonly text: string;
  /**
   * The parts of the reference, `['tasks', 'export', 'output', 'rows']`; null if the content of the braces is not a
   * reference.
   */
  readonly segments: readonly string[] | null;
}

/** A template within a value, with the path of the string that holds it. */
export interface TemplateRef extends Template {
  readonly path: KeyPath;
}

export type TemplatePiece = string | Template;

const OPENING = /\$\$\{\{|\$\{\{/g;
const LOOK_UP = /^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/;

/**
 * Returns the literals and templates of a text in order. Adjacent literals are joined; only an empty text gives an
 * empty literal.
 */
export function templatePieces(text: string): readonly TemplatePiece[] {
  const found: TemplatePiece[] = [];
  let literal = '';
  let end = 0;
  for (const { 0: opening, index: offset } of text.matchAll(OPENING)) {
    if (offset < end) continue;
    literal += text.slice(end, offset);
    end = offset + opening.length;
    if (opening === '$${{') {
      literal += '${{';
      continue;
    }
    if (literal !== '') found.push(literal);
    literal = '';
    const close = text.indexOf('}}', end);
    const inner = close === -1 ? null : text.slice(end, close).trim();
    end = close === -1 ? text.length : close + 2;
    const segments = inner !== null && LOOK_UP.test(inner) ? inner.split('.') : null;
    found.push({ offset, text: text.slice(offset, end), segments });
  }
  literal += text.slice(end);
  if (literal !== '' || found.length === 0) found.push(literal);
  return found;
}

/** Returns true if the text is one template and nothing else, so that it renders to the value itself. */
export function isSoleTemplate(text: string): boolean {
  const found = templatePieces(text);
  return found.length === 1 && typeof found[0] === 'object';
}

/** Returns every template in the strings of `value`, in order. Keys of maps are not searched. */
export function templateRefs(value: Json, path: KeyPath = []): readonly TemplateRef[] {
  if (typeof value === 'string') {
    return templatePieces(value).flatMap((piece) => (typeof piece === 'string' ? [] : [{ path, ...piece }]));
  }
  if (value === null || typeof value !== 'object') return [];
  if (Array.isArray(value)) return value.flatMap((element, index) => templateRefs(element, [...path, index]));
  return Object.entries(value).flatMap(([key, inner]) => templateRefs(inner, [...path, key]));
}
