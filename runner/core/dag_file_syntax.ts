/** The YAML parse itself, going on over tabs so that one of them does not hide every other error of the file. */
import { type Document, LineCounter, parseDocument, type YAMLParseError } from 'yaml';
import type { Position } from './dag_file_place.ts';

export interface ParsedYaml {
  /** Null where the syntax is too broken to read on. */
  readonly document: Document.Parsed | null;
  /** The text that offsets in the document refer to. */
  readonly text: string;
  /** In the text as given. */
  readonly positionAt: (offset: number) => Position;
  readonly errors: readonly SyntaxProblem[];
}

export interface SyntaxProblem extends Position {
  readonly message: string;
}

/** How wide a tab may have been meant; the first that makes sense of the file is taken. */
const TAB_WIDTHS = [2, 4, 8];
const TAB_INDENT = /^[ \t]*\t[ \t]*(?=[^ \t\r#])/;

export function parseYaml(source: string): ParsedYaml {
  const asGiven = parse(source);
  if (!asGiven.errors.some((error) => error.code === 'TAB_AS_INDENT')) return withErrors(source, asGiven);
  const tabbed = source.split('\n').map((line) => TAB_INDENT.exec(line)?.[0] ?? '');
  const readings = TAB_WIDTHS.values().map((width) => ({ width, ...parse(expandTabs(source, width)) }));
  const reading = readings.find(({ errors }) => errors.length === 0);
  const tabs = tabbed.flatMap((indent, index) => {
    const message = 'a tab indents this line: YAML takes spaces only';
    return indent === '' ? [] : [{ line: index + 1, column: indent.indexOf('\t') + 1, message }];
  });
  if (reading === undefined) {
    const others = withErrors(source, asGiven).errors.filter(({ line }) => tabbed[line - 1] === '');
    return { ...withErrors(source, asGiven), errors: [...tabs, ...others] };
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
  readonly document: Document.Parsed | null;
  readonly errors: readonly YAMLParseError[];
  readonly tooDeep: boolean;
  readonly positionAt: (offset: number) => Position;
}

function parse(text: string): Reading {
  const lineCounter = new LineCounter();
  const positionAt = (offset: number): Position => {
    const { line, col } = lineCounter.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  try {
    const document = parseDocument(text, { lineCounter, prettyErrors: false, uniqueKeys: false });
    return { document, errors: document.errors, tooDeep: false, positionAt };
  } catch (error) {
    // The parser recurses: brackets nested by the ten thousand overflow its stack.
    if (error instanceof RangeError) return { document: null, errors: [], tooDeep: true, positionAt };
    throw error;
  }
}

function withErrors(source: string, { document, errors, tooDeep, positionAt }: Reading): ParsedYaml {
  const lines = source.split('\n');
  const firstOfLine = new Map<number, SyntaxProblem>();
  for (const error of errors) {
    const position = positionAt(error.pos[0]);
    if (firstOfLine.has(position.line)) continue;
    firstOfLine.set(position.line, {
      ...position,
      message: messageOf(error, lines[position.line - 1] ?? ''),
    });
  }
  if (tooDeep)
    firstOfLine.set(1, { line: 1, column: 1, message: 'lists and maps are nested too deeply to be read' });
  const found = [...firstOfLine.values()];
  return { document: found.length > 0 ? null : document, text: source, positionAt, errors: found };
}

function messageOf(error: YAMLParseError, line: string): string {
  if (error.code === 'MULTIPLE_DOCS') return 'a file holds one DAG: remove this --- and what follows it';
  const templated = line.includes('${{') && /[{[]/.test(line.replaceAll('${{', ''));
  const advice = templated ? `; put quotes around a template that stands inside { } or [ ]` : '';
  return `not valid YAML: ${error.message}${advice}`;
}

function expandTabs(source: string, width: number): string {
  return source.replace(/^[ \t]*\t[ \t]*/gm, (indent) => indent.replaceAll('\t', ' '.repeat(width)));
}
