/** The user's documentation as data: its pages, the fenced blocks and the tables in them. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

export const ROOT = path.join(import.meta.dirname, '../..');

export interface Page {
  /** Relative to the root, with `/`. */
  readonly file: string;
  readonly text: string;
}

export interface Block {
  readonly page: Page;
  /** 1-based, of its first line. */
  readonly line: number;
  /** The words behind the fence: `ts`, `yaml invalid`. */
  readonly language: string;
  readonly text: string;
}

/** Cells by row, the header left out, without the backquotes around a cell that is code. */
export type Table = readonly (readonly string[])[];

export const pages: readonly Page[] = [
  'README.md',
  ...readdirSync(path.join(ROOT, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
].map(pageAt);

/** @throws Error where there is no such page */
export function page(name: string): Page {
  const found = pages.find(({ file }) => file === `docs/${name}`);
  if (found === undefined) throw new Error(`there is no docs/${name}`);
  return found;
}

export function blocksOf(of: Page, language: string): readonly Block[] {
  const blocks: Block[] = [];
  let open: { readonly language: string; readonly line: number; readonly lines: string[] } | null = null;
  for (const [index, line] of of.text.split('\n').entries()) {
    const fence = /^```(.*)$/.exec(line);
    if (fence === null) open?.lines.push(line);
    else if (open === null) open = { language: fence[1]?.trim() ?? '', line: index + 2, lines: [] };
    else {
      if (open.language === language) {
        blocks.push({ page: of, line: open.line, language, text: `${open.lines.join('\n')}\n` });
      }
      open = null;
    }
  }
  if (open !== null) throw new Error(`${of.file}:${open.line}: this block is not closed`);
  return blocks;
}

export function allBlocks(language: string): readonly Block[] {
  return pages.flatMap((of) => blocksOf(of, language));
}

/** The first table below a heading. @throws Error where there is none */
export function tableBelow(of: Page, heading: string): Table {
  const lines = of.text.split('\n');
  const start = lines.indexOf(heading);
  const end = lines.findIndex((line, index) => index > start && /^#+ /.test(line));
  const section = lines.slice(start + 1, end === -1 ? undefined : end);
  const first = section.findIndex((line) => line.startsWith('|'));
  if (start === -1 || first === -1) throw new Error(`${of.file} has no table below "${heading}"`);
  const after = section.findIndex((line, index) => index > first && !line.startsWith('|'));
  return section.slice(first + 2, after === -1 ? undefined : after).map(cellsOf);
}

function cellsOf(row: string): readonly string[] {
  return row
    .split(/(?<!\\)\|/)
    .slice(1, -1)
    .map((cell) =>
      cell
        .trim()
        .replace(/^`([^`]*)`$/, '$1')
        .replaceAll('\\|', '|'),
    );
}

function pageAt(file: string): Page {
  return { file, text: readFileSync(path.join(ROOT, file), 'utf8') };
}
