/**
 * The bytes of the file, fast: rows are put together from byte fragments in big buffers, without a string per row.
 */

import { makeRandom } from '../world/random.ts';
import type { World } from '../world/world.ts';
import type { ResetLayout } from './layout.ts';
import { RESET_HEADER, rowStart } from './row.ts';

const CHUNK_BYTES = 1 << 20;
/** Longer than any row. */
const ROW_BYTES_MAX = 512;

/** Pieces of bytes end to end: piece i is `bytes[starts[i] .. starts[i + 1]]`. */
interface Pieces {
  readonly bytes: Uint8Array;
  readonly starts: Int32Array;
}

/** One store's rows in order, and how far they are written. */
interface StoreCursor {
  readonly start: Uint8Array;
  /** `<sku>,` of an inactive product; empty where the next active product's row stands. */
  readonly skus: Pieces;
  readonly activeRows: Pieces;
  place: number;
  activePlace: number;
  /** State of the xorshift that draws inactive counts; never 0. */
  draw: number;
}

/** A piece of the file, of whole rows. */
export interface ResetChunk {
  /** A buffer of its own. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly rows: number;
}

/** Yields chunks of up to 1 MiB; the file ends in a newline. */
export function* resetFileChunks(world: World, layout: ResetLayout): Generator<ResetChunk> {
  const encoder = new TextEncoder();
  const tails = pieces(inactiveTails());
  const skusByOrder = new Map<readonly (string | null)[], Pieces>();
  yield { bytes: encoder.encode(RESET_HEADER), rows: 0 };
  for (const [index, store] of world.stores.entries()) {
    const order = layout.order[index] ?? [];
    const skus = skusByOrder.get(order) ?? pieces(order.map((sku) => (sku === null ? '' : `${sku},`)));
    skusByOrder.set(order, skus);
    const cursor: StoreCursor = {
      start: encoder.encode(rowStart(store)),
      skus,
      activeRows: pieces(layout.activeRows[index] ?? []),
      place: 0,
      activePlace: 0,
      draw: makeRandom(`${world.seed}/inactive counts/${store.facilityId}`).bits() | 1,
    };
    while (cursor.place < order.length) {
      yield fill(new Uint8Array(CHUNK_BYTES), cursor, tails);
    }
  }
  const late = layout.lateRows;
  if (late.length > 0) yield { bytes: encoder.encode(late.join('')), rows: late.length };
}

/** Writes rows into the chunk until it is nearly full or the store is done. */
function fill(chunk: Uint8Array<ArrayBuffer>, cursor: StoreCursor, tails: Pieces): ResetChunk {
  const { start, skus, activeRows } = cursor;
  const placeCount = skus.starts.length - 1;
  let { place, activePlace, draw } = cursor;
  let at = 0;
  let rows = 0;
  while (place < placeCount && at < CHUNK_BYTES - ROW_BYTES_MAX) {
    const rowStartsAt = at;
    if (skus.starts[place] === skus.starts[place + 1]) {
      at = copyPiece(chunk, at, activeRows, activePlace++);
    } else {
      for (let i = 0; i < start.length; i++) chunk[at++] = start[i] ?? 0;
      at = copyPiece(chunk, at, skus, place);
      draw ^= draw << 13;
      draw ^= draw >>> 17;
      draw ^= draw << 5;
      at = copyPiece(chunk, at, tails, draw & (INACTIVE_TAIL_COUNT - 1));
    }
    if (at > rowStartsAt) rows++;
    place++;
  }
  Object.assign(cursor, { place, activePlace, draw });
  return { bytes: chunk.subarray(0, at), rows };
}

function copyPiece(chunk: Uint8Array, at: number, { bytes, starts }: Pieces, index: number): number {
  const end = starts[index + 1] ?? 0;
  let target = at;
  for (let i = starts[index] ?? 0; i < end; i++) chunk[target++] = bytes[i] ?? 0;
  return target;
}

function pieces(texts: readonly string[]): Pieces {
  const starts = new Int32Array(texts.length + 1);
  let end = 0;
  for (const [index, text] of texts.entries()) {
    end += Buffer.byteLength(text);
    starts[index + 1] = end;
  }
  return { bytes: new TextEncoder().encode(texts.join('')), starts };
}

const INACTIVE_TAIL_COUNT = 64;

/** How rows of inactive products end: mostly small counts, some large, a few below zero. */
function inactiveTails(): readonly string[] {
  const counts = Array.from({ length: INACTIVE_TAIL_COUNT }, (_, index) => {
    if (index === 0) return -2;
    if (index < 12) return 0;
    if (index < 56) return index - 8;
    return 100 + index * 7;
  });
  return counts.map((units) => `${units},\n`);
}
