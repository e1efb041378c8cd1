/** Parses YAML, and continues after tabs, so that one tab does not hide the other errors of the file. */
import { type Document, LineCounter, parseDocument, type YAMLParseError } from 'yaml';
import type { Position } from './positions.ts';

export interface ParsedYaml {
  /** The document; null if the syntax is too broken to continue. */
  readonly document: Document.Parsed | null;
  /** The text to which the offsets of the document refer. */
  readonly text: string;
  /** Returns the position in the text as given. */
  readonly positionAt: (offset: number) => Position;
  readonly errors: readonly SyntaxProblem[];
}

export interface SyntaxProblem extends Position {
  readonly message: string;
}

/** The tab widths that are tried; the first with which the file parses is used. */
const TAB_WIDTHS = [2, 4, 8];
const TAB_INDENT = /^[ \t]*\t[ \t]*(?=[^ \t\r#])/;

/** The subject of a file, as messages name it. */
export type FileSubject = 'DAG' | 'calendar';

export function parseYaml(source: string, subject: FileSubject): ParsedYaml {
  const asGiven = parse(source);
  if (!asGiven.document.errors.some((error) => error.code === 'TAB_AS_INDENT'))
    return withErrors(source, asGiven, subject);
  const tabbed = source.split('\n').map((line) => TAB_INDENT.exec(line)?.[0] ?? '');
  const readings = TAB_WIDTHS.values().map((width) => ({ width, ...parse(expandTabs(source, width)) }));
  const reading = readings.find(({ document }) => document.errors.length === 0);
  const tabs = tabbed.flatMap((indent, index) => {
    const message = 'a tab indents this line: YAML takes spaces only';
    return indent === '' ? [] : [{ line: index + 1, column: indent.indexOf('\t') + 1, message }];
  });
  if (reading === undefined) {
    const asRead = withErrors(source, asGiven, subject);
    const others = asRead.errors.filter(({ line }) => tabbed[line - 1] === '');
    return { ...asRead, errors: [...tabs, ...others] };
  }
  const positionAt = (offset: number): Position => {
    const { line, column } = reading.positionAt(offset);
    const indent = tabbed[line - 1] ?? '';
    const widened = indent.replaceAll('\t', ' '.repeat(reading.width)).length - indent.length;
    return { line, column: Math.max(1, column - widened) };
  };
  return { document: reading.document, text: expandTabs(source, reading.width), positionAt, errors: tabs };
}

interface Reading {
  readonly document: Document.Parsed;
  readonly positionAt: (offset: number) => Position;
}

function parse(text: string): Reading {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false, uniqueKeys: false });
  const positionAt = (offset: number): Position => {
    const { line, col } = lineCounter.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  return { document, positionAt };
}

/** Returns the errors, one per line, as further errors of a line mostly follow from the first. */
function withErrors(source: string, { document, positionAt }: Reading, subject: FileSubject): ParsedYaml {
  const lines = source.split('\n');
  const errors = new Map<number, SyntaxProblem>();
  for (const error of document.errors) {
    const position = positionAt(error.pos[0]);
    if (errors.has(position.line)) continue;
    errors.set(position.line, {
      ...position,
      message: messageOf(error, lines[position.line - 1] ?? '', subject),
    });
  }
  return {
    document: errors.size > 0 ? null : document,
    text: source,
    positionAt,
    errors: [...errors.values()],
  };
}

function messageOf(error: YAMLParseError, line: string, subject: FileSubject): string {
  if (error.code === 'MULTIPLE_DOCS')
    return `a file holds one ${subject}: remove this --- and what follows it`;
  if (error.code === 'RESOURCE_EXHAUSTION')
    return 'lists and maps are nested too deeply to be read: flatten them';
  const templated = line.includes('${{') && /[{[]/.test(line.replaceAll('${{', ''));
  const advice = templated ? '; put quotes around a template that stands inside { } or [ ]' : '';
  return `not valid YAML: ${error.message}${advice}`;
}

function expandTabs(source: string, width: number): string {
  return source.replace(/^[ \t]*\t[ \t]*/gm, (indent) => indent.replaceAll('\t', ' '.repeat(width)));
}
