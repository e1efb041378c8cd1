/** The stages that a file's bytes pass before the scan: content sniffing, decompression, transcoding. */
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { foreignContent, isGzip, SNIFF_BYTES } from '../inventory/file/content_sniff.ts';
import type { Dialect } from '../inventory/file/dialect.ts';
import { InvalidFileError } from '../inventory/file/invalid_file.ts';

type Chunks = AsyncIterable<Uint8Array>;

/**
 * Yields the file as CSV text in a one-byte encoding or UTF-8.
 * @throws InvalidFileError if the content is something else, or damaged
 */
export async function* csvContent(file: Chunks, dialect: Dialect): AsyncGenerator<Uint8Array> {
  const { first, all } = await peek(file);
  const inflate = dialect.compression === 'gzip' || (dialect.compression === 'auto' && isGzip(first));
  if (inflate && !isGzip(first)) {
    throw new InvalidFileError(
      `the file is ${foreignContent(first, dialect.encoding) ?? 'not gzip'}, and gzip was expected`,
    );
  }
  const text = inflate ? sniffed(gunzipped(all), dialect) : sniffed(all, dialect);
  yield* dialect.encoding === 'utf-16le' ? transcoded(text) : text;
}

/** Reads until there are enough first bytes to recognise the content type. */
async function peek(chunks: Chunks): Promise<{ first: Uint8Array; all: Chunks }> {
  const iterator = chunks[Symbol.asyncIterator]();
  const begun: Uint8Array[] = [];
  let bytes = 0;
  while (bytes < SNIFF_BYTES) {
    const next = await iterator.next();
    if (next.done) break;
    begun.push(next.value);
    bytes += next.value.length;
  }
  async function* all(): AsyncGenerator<Uint8Array> {
    yield* begun;
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value;
  }
  return { first: Buffer.concat(begun).subarray(0, SNIFF_BYTES), all: all() };
}

async function* sniffed(chunks: Chunks, dialect: Dialect): AsyncGenerator<Uint8Array> {
  const { first, all } = await peek(chunks);
  const kind = foreignContent(first, dialect.encoding);
  if (kind !== null)
    throw new InvalidFileError(`the file is ${kind}, and CSV in ${dialect.encoding} was expected`);
  yield* all;
}

async function* gunzipped(chunks: Chunks): AsyncGenerator<Uint8Array> {
  const source = Readable.from(chunks, { objectMode: false });
  const gunzip = createGunzip();
  source.on('error', (error) => gunzip.destroy(error));
  try {
    yield* source.pipe(gunzip);
  } catch (error) {
    if (source.errored || !isZlibError(error)) throw error;
    throw new InvalidFileError(`the gzip data is damaged or cut: ${error.message}`, { cause: error });
  } finally {
    source.destroy();
  }
}

function isZlibError(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('Z_');
}

async function* transcoded(chunks: Chunks): AsyncGenerator<Uint8Array> {
  const decoder = new TextDecoder('utf-16le', { fatal: true, ignoreBOM: true });
  const encoder = new TextEncoder();
  let offset = 0;
  const decode = (chunk?: Uint8Array) => {
    try {
      return decoder.decode(chunk, { stream: chunk !== undefined });
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      const where = chunk
        ? `between offsets ${Math.max(0, offset - 4)} and ${offset + chunk.length}`
        : 'at its end';
      throw new InvalidFileError(`not UTF-16: half a character ${where}`, { cause: error });
    }
  };
  for await (const chunk of chunks) {
    yield encoder.encode(decode(chunk));
    offset += chunk.length;
  }
  yield encoder.encode(decode());
}
