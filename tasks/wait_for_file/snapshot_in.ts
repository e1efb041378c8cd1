/** Reads the time of the count from a column of the rows, for files whose name does not carry it. */
import { z } from 'zod';
import { type OpenFile, timezone } from '../../runner/task.ts';
import { csvContent } from '../filter/content_stages.ts';
import { dialectShape } from '../inventory/file/dialect.ts';
import { InvalidFileError } from '../inventory/file/invalid_file.ts';
import { parseFileTime } from '../inventory/file/time.ts';
import { hashedChunks } from '../oms/csv/hashed_chunks.ts';
import { csvRecords } from '../oms/csv/records.ts';

export const snapshotInSchema = z.strictObject({
  column: z.string().min(1),
  /**
   * The column of the facility, if facilities are counted at different times; without it all rows must have the same
   * time.
   */
  facility_column: z.string().min(1).nullish(),
  /** Time zone of times without an offset; the DAG's by default. */
  timezone: timezone().nullish(),
  ...dialectShape,
});
export type SnapshotIn = z.output<typeof snapshotInSchema>;

export interface ReadSnapshot {
  /** The latest snapshot, if facilities differ: an older file is then older in all of them. */
  readonly at: Temporal.Instant;
  /** The earliest snapshot; the same if they do not differ. */
  readonly earliest: Temporal.Instant;
  /** The snapshot by facility as the file names it; empty if all have the same. */
  readonly facilities: Readonly<Record<string, Temporal.Instant>>;
  readonly sha256: string;
  readonly bytes: number;
  readonly rows: number;
}

interface StatedTime {
  readonly at: Temporal.Instant;
  readonly text: string;
  readonly line: number;
}

/**
 * Reads the whole file: a single row with another time would move a facility's counts by a night.
 * @throws InvalidFileError naming lines and values, if rows of one facility differ or have no time
 */
export async function readSnapshot(
  file: OpenFile,
  where: SnapshotIn & { readonly timezone: string },
): Promise<ReadSnapshot> {
  const { chunks, digest } = hashedChunks(file);
  const { delimiter, quote, encoding, compression } = where;
  const text = csvContent(chunks, { delimiter, quote, encoding, compression });
  // The stages yield UTF-16 as UTF-8, and compressed bytes decompressed.
  const plain = {
    delimiter,
    quote,
    encoding: encoding === 'utf-16le' ? 'utf-8' : encoding,
    compression: 'none',
  } as const;
  const byFacility = new Map<string, StatedTime>();
  let columns:
    | { readonly time: number; readonly facility: number | null; readonly width: number }
    | undefined;
  let rows = 0;
  for await (const block of csvRecords(text, plain)) {
    for (const { line, fields, problem } of block) {
      if (columns === undefined) {
        if (problem !== null) throw new InvalidFileError(`header: ${problem}`);
        columns = findTimeColumns(fields, where);
        continue;
      }
      rows++;
      // A malformed row is left to the filter, which rejects and counts it.
      if (problem !== null || fields.length !== columns.width) continue;
      const facility = columns.facility === null ? '' : (fields[columns.facility] ?? '');
      note(byFacility, facility, { text: fields[columns.time] ?? '', line, timezone: where.timezone });
    }
  }
  const [first, ...others] = byFacility.values();
  if (first === undefined) throw new InvalidFileError(`none of its ${rows} rows says when it was counted`);
  const instants = [first, ...others].map(({ at }) => at);
  const at = instants.reduce((a, b) => (Temporal.Instant.compare(a, b) >= 0 ? a : b));
  const earliest = instants.reduce((a, b) => (Temporal.Instant.compare(a, b) <= 0 ? a : b));
  const facilities = at.equals(earliest)
    ? {}
    : Object.fromEntries([...byFacility].map(([facility, said]) => [facility, said.at]));
  return { at, earliest, facilities, rows, ...digest() };
}

function note(
  byFacility: Map<string, StatedTime>,
  facility: string,
  { text, line, timezone }: { readonly text: string; readonly line: number; readonly timezone: string },
): void {
  const before = byFacility.get(facility);
  // There are millions of rows, but only a few distinct texts.
  if (before?.text === text) return;
  const { at, problem } = parseFileTime(text, timezone);
  if (at === null) throw new InvalidFileError(`line ${line}: ${problem}`);
  if (before === undefined) byFacility.set(facility, { at, text, line });
  else if (!before.at.equals(at)) {
    const whose = facility === '' ? 'the snapshot' : `the snapshot of facility ${facility}`;
    throw new InvalidFileError(
      `${whose} is ${before.text} on line ${before.line} and ${text} on line ${line}`,
    );
  }
}

function findTimeColumns(header: readonly string[], where: SnapshotIn) {
  const indexOf = (name: string) => {
    const index = header.findIndex((found) => found.toLowerCase() === name.toLowerCase());
    if (index < 0)
      throw new InvalidFileError(`header: no column ${name} (found: ${header.slice(0, 20).join(', ')})`);
    return index;
  };
  return {
    time: indexOf(where.column),
    facility: where.facility_column == null ? null : indexOf(where.facility_column),
    width: header.length,
  };
}
