import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { PoolClient } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { readSql } from '../../database/sql.ts';
import type { FileLine, LinesRead } from './file_lines.ts';

const COPY_LINES = readSql(import.meta.url, './copy_lines.sql');

export interface StageOptions {
  readonly signal: AbortSignal;
  /** Called with the number of rows so far. */
  readonly onProgress: (rows: number) => void;
}

/** Streams the lines into `sync_line` in blocks, so that memory does not grow with the file. */
export async function stageLines(
  client: PoolClient,
  lines: AsyncGenerator<readonly FileLine[], LinesRead>,
  { signal, onProgress }: StageOptions,
): Promise<LinesRead> {
  let read: LinesRead | undefined;
  async function* copyText(): AsyncGenerator<Buffer> {
    let rows = 0;
    for (;;) {
      const next = await lines.next();
      if (next.done) {
        read = next.value;
        return;
      }
      rows += next.value.length;
      onProgress(rows);
      if (next.value.length > 0) yield Buffer.from(next.value.map(copyLine).join(''));
    }
  }
  await pipeline(Readable.from(copyText(), { objectMode: false }), client.query(copyFrom(COPY_LINES)), {
    signal,
  });
  if (read === undefined) throw new Error('COPY ended before its file did');
  return read;
}

function copyLine(line: FileLine): string {
  return `${[
    String(line.line),
    copyField(line.facilityId),
    copyField(line.externalFacilityId),
    copyField(line.idType),
    copyField(line.idValue),
    line.quantity === null ? '\\N' : String(line.quantity),
    copyField(line.locationSeqId),
    line.problem === null ? '\\N' : copyField(line.problem),
    copyField(line.raw),
  ].join('\t')}\n`;
}

/** Escapes a field for Postgres's COPY text format; a line with a NUL was already rejected. */
function copyField(text: string): string {
  return /[\\\t\r\n]/.test(text)
    ? text.replaceAll('\\', '\\\\').replaceAll('\t', '\\t').replaceAll('\r', '\\r').replaceAll('\n', '\\n')
    : text;
}
