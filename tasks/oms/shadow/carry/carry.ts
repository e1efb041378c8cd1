/**
 * The state of a shadow night as a file of the run: an SQL script in the format of pg_dump, which psql reads as well. Each task reads
 * what the one before it has left, as a task of an applied night finds it in the OMS.
 */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { PoolClient } from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import {
  CARRIED_TABLES,
  copyIn,
  copyOut,
  FOLLOW_ITEMS,
  NIGHT_TABLES,
  sectionHeader,
  stageTable,
  tableOfHeader,
  takeOver,
} from './sections.ts';

const END = '\\.';

/** Yields the script of what the mirror holds of the night. */
export async function* writeCarry(mirror: PoolClient): AsyncGenerator<Uint8Array> {
  for (const table of CARRIED_TABLES) {
    yield Buffer.from(`${sectionHeader(table)}\n`);
    for await (const chunk of mirror.query(copyTo(copyOut(table)))) yield chunk;
    yield Buffer.from(`${END}\n`);
  }
}

/** Stages the sections of a script; `takeOverNight` and `takeOverItems` then put them to use. */
export async function stageCarry(mirror: PoolClient, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  for (const table of CARRIED_TABLES) await mirror.query(stageTable(table));
  const lines = new LineReader(chunks);
  for (;;) {
    const header = await lines.next();
    if (header === null) return;
    const table = tableOfHeader(header.toString());
    if (table === null)
      throw new Error(`the state of the shadow night has an unknown line: ${header.toString().slice(0, 80)}`);
    await pipeline(
      Readable.from(lines.until(END), { objectMode: false }),
      mirror.query(copyFrom(copyIn(table))),
    );
  }
}

/** Takes over what the sync keeps of the night. */
export async function takeOverNight(mirror: PoolClient): Promise<void> {
  for (const table of NIGHT_TABLES) await mirror.query(takeOver(table));
}

/** Takes over the facilities, for a reader without an OMS. */
export async function takeOverFacilities(mirror: PoolClient): Promise<void> {
  await mirror.query(takeOver('facility'));
}

/** Takes over the items and details that the night has posted; the totals follow. */
export async function takeOverItems(mirror: PoolClient): Promise<void> {
  await mirror.query(takeOver('inventory_item'));
  await mirror.query(FOLLOW_ITEMS);
  await mirror.query(takeOver('inventory_item_detail'));
}

/** Reads lines, of any length, in pieces as large as they come. */
class LineReader {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #rest: Buffer = Buffer.alloc(0);
  #isOver = false;

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** Returns the next line without its end; null after the last. */
  async next(): Promise<Buffer | null> {
    for (;;) {
      const end = this.#rest.indexOf(10);
      if (end >= 0) {
        const line = this.#rest.subarray(0, end);
        this.#rest = this.#rest.subarray(end + 1);
        return line;
      }
      if (await this.#more()) continue;
      const last = this.#rest;
      this.#rest = Buffer.alloc(0);
      return last.length === 0 ? null : last;
    }
  }

  /** Yields whole lines, and takes the line `end` away behind them. */
  async *until(end: string): AsyncGenerator<Buffer> {
    const mark = Buffer.from(`\n${end}\n`);
    // The section may be empty, so that its end has no line before it.
    let ahead: Buffer = Buffer.from('\n');
    for (;;) {
      const seen = Buffer.concat([ahead, this.#rest]);
      const at = seen.indexOf(mark);
      if (at >= 0) {
        this.#rest = seen.subarray(at + mark.length);
        yield seen.subarray(1, at + 1);
        return;
      }
      // Whole lines only, as the mark may begin at the last line feed.
      const last = seen.lastIndexOf(10);
      yield seen.subarray(1, last + 1);
      ahead = seen.subarray(last, last + 1);
      this.#rest = seen.subarray(last + 1);
      if (!(await this.#more()))
        throw new Error('the state of the shadow night ends in the middle of a section');
    }
  }

  async #more(): Promise<boolean> {
    if (this.#isOver) return false;
    const { done, value } = await this.#chunks.next();
    if (done === true) {
      this.#isOver = true;
      return false;
    }
    this.#rest = Buffer.concat([this.#rest, value]);
    return true;
  }
}
