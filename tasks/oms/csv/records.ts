import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { CsvError } from 'csv-parse';
import { parse } from 'csv-parse/sync';
import type { Dialect } from '../../inventory/file/dialect.ts';
import { InvalidFileError } from '../../inventory/file/invalid_file.ts';

const RECORD_CHARACTERS_MAX = 64 * 1024;
const GZIP_MAGIC = [0x1f, 0x8b] as const;
/** The end mark that DOS programs write after the last line. */
const DOS_END_MARK = '\x1a';

/** One line of a CSV file. */
export interface CsvRecord {
  /** 1-based; the header is line 1. */
  readonly line: number;
  /** The line as it stands in the file, without its line end. */
  readonly raw: string;
  /** Empty if the line could not be read; `problem` says why. */
  readonly fields: readonly string[];
  readonly problem: string | null;
}

/**
 * Yields the records of a CSV file in order, in blocks of some thousand, holding one block at a time. A record is a
 * line: quoted fields hold no line breaks, so a stray quote spoils only its own line. Blank lines after the last row
 * are ignored.
 * @throws InvalidFileError for bytes that are not of the encoding, a missing final line end, or damaged gzip
 */
export async function* csvRecords(
  chunks: AsyncIterable<Uint8Array>,
  dialect: Dialect,
): AsyncGenerator<readonly CsvRecord[]> {
  const decoder = new TextDecoder(dialect.encoding, { fatal: true });
  let line = 1;
  let rest = '';
  // Blank lines: rows with too few columns, unless nothing follows them.
  let blankLines: readonly CsvRecord[] = [];
  for await (const chunk of decompressed(chunks, dialect.compression)) {
    const text = rest + decode(decoder, chunk, line);
    const end = text.lastIndexOf('\n');
    rest = text.slice(end + 1);
    if (rest.length > RECORD_CHARACTERS_MAX) {
      throw new InvalidFileError(
        `a line after line ${line} is longer than ${RECORD_CHARACTERS_MAX} characters`,
      );
    }
    if (end === -1) continue;
    const block = [...blankLines, ...parseBlock(text.slice(0, end), line, dialect)];
    line += block.length - blankLines.length;
    const rowsEnd = block.findLastIndex(({ raw }) => raw !== '') + 1;
    blankLines = block.slice(rowsEnd);
    if (rowsEnd > 0) yield block.slice(0, rowsEnd);
  }
  if ((rest + decode(decoder, undefined, line)).replaceAll(DOS_END_MARK, '') !== '') {
    throw new InvalidFileError(`line ${line} has no line end; the file was cut or is still being written`);
  }
}

function decode(decoder: TextDecoder, chunk: Uint8Array | undefined, line: number): string {
  try {
    return decoder.decode(chunk, { stream: chunk !== undefined });
  } catch (cause) {
    throw new InvalidFileError(`bytes at or after line ${line} are not ${decoder.encoding}`, { cause });
  }
}

async function* decompressed(
  chunks: AsyncIterable<Uint8Array>,
  compression: Dialect['compression'],
): AsyncGenerator<Uint8Array> {
  const iterator = chunks[Symbol.asyncIterator]();
  try {
    const first = await iterator.next();
    const all = chain(first, iterator);
    const isGzip = !first.done && GZIP_MAGIC.every((byte, index) => first.value[index] === byte);
    const isPlain = compression === 'none' || (compression === 'auto' && !isGzip);
    yield* isPlain ? all : gunzipped(all);
  } finally {
    // A caller that stops reading early must not leave the file open.
    await iterator.return?.();
  }
}

async function* chain(
  first: IteratorResult<Uint8Array>,
  rest: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  for (let result = first; !result.done; result = await rest.next()) yield result.value;
}

async function* gunzipped(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip();
  const source = Readable.from(chunks, { objectMode: false });
  source.on('error', (error) => gunzip.destroy(error));
  try {
    yield* source.pipe(gunzip);
  } catch (cause) {
    if (source.errored !== null) throw source.errored;
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new InvalidFileError(`not readable as gzip: ${message}`, { cause });
  } finally {
    source.destroy();
  }
}

function parseBlock(text: string, firstLine: number, dialect: Dialect): readonly CsvRecord[] {
  const lines = text.split('\n').map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line));
  const isQuoted = dialect.quote !== '' && text.includes(dialect.quote);
  const whole = isQuoted ? parseLines(lines, dialect) : lines.map((line) => line.split(dialect.delimiter));
  return lines.map((raw, index) => {
    const line = firstLine + index;
    const fields = whole?.[index] ?? (raw === '' ? [''] : parseLines([raw], dialect)?.[0]);
    if (raw.includes('\0'))
      return { line, raw: raw.replaceAll('\0', '\u{fffd}'), fields: [], problem: 'NUL byte' };
    if (fields === undefined) return { line, raw, fields: [], problem: 'quotes do not match' };
    return { line, raw, fields, problem: null };
  });
}

/** Parses lines as one record each; undefined if they are not. */
function parseLines(lines: readonly string[], { delimiter, quote }: Dialect): string[][] | undefined {
  try {
    const records: string[][] = parse(lines.join('\n'), {
      delimiter,
      quote,
      escape: quote,
      record_delimiter: '\n',
      relax_column_count: true,
    });
    return records.length === lines.length ? records : undefined;
  } catch (error) {
    if (error instanceof CsvError) return undefined;
    throw error;
  }
}
