import type { Files } from '../../runner/task.ts';
import { TaskError } from '../../runner/task.ts';
import type { FoundFile } from '../files/found_file.ts';
import { within } from '../inventory/file/location.ts';
import { manifestName } from '../inventory/file/manifest.ts';
import { publishedName } from '../inventory/file/published_name.ts';
import type { FileScan } from './messages.ts';
import { REJECTS_KEPT_MAX } from './reject_line.ts';
import type { Spool } from './spool.ts';

export const REJECTS_NAME = 'filter_rejects.csv';
/** Upper bound of the ids of active products without a row that an output names. */
const WITHOUT_ROW_NAMED_MAX = 50;
const REJECTS_LOCATION = `artifact:${REJECTS_NAME}`;

export interface FilteredNight {
  readonly to: string;
  readonly prefix: string;
  readonly businessDate: Temporal.PlainDate;
  readonly found: FoundFile;
  /** The external system's file as it was read. */
  readonly source: { location: string; name: string; sha256: string; bytes: number; rows: number };
  readonly filtered: Spool;
  readonly scan: FileScan;
}

/** Keeps the rejects with the run, for a refused file too: they are needed to have it fixed. */
export async function keepRejects(files: Files, rejects: Spool, rejected: number): Promise<void> {
  const notKept = rejected - REJECTS_KEPT_MAX;
  if (notKept > 0) await rejects.write(new TextEncoder().encode(`,,,and ${notKept} more,\n`));
  await files.publish(REJECTS_LOCATION, rejects.chunks(), { rows: Math.min(rejected, REJECTS_KEPT_MAX) });
}

/** Publishes the filtered file and, last, its manifest; returns the task's output. */
export async function publishFiltered(files: Files, night: FilteredNight) {
  const { to, source, filtered, scan } = night;
  const sha256 = filtered.sha256();
  const name = publishedName(night.prefix, night.businessDate, sha256);
  const { location, ...facts } = await files.publish(within(to, name), filtered.chunks(), {
    rows: scan.kept,
  });
  if (facts.sha256 !== sha256) {
    throw new TaskError(`${location}: published with sha256 ${facts.sha256}, expected ${sha256}`);
  }

  const content = {
    sha256,
    bytes: filtered.bytes,
    rows: scan.kept,
    snapshot_at: night.found.snapshot_at.toString(),
    facilities: Object.fromEntries(
      Object.entries(night.found.facilities).map(([facility, at]) => [facility, at.toString()]),
    ),
  };
  const { location: _, ...sourceFacts } = source;
  const manifest = `${JSON.stringify({ ...content, source: sourceFacts }, null, 2)}\n`;
  const { location: manifestLocation } = await files.publish(within(to, manifestName(name)), manifest);
  return {
    location,
    name,
    ...content,
    revision: night.found.revision,
    manifest_location: manifestLocation,
    source,
    rows_in: scan.rowsIn,
    kept: scan.kept,
    dropped: scan.dropped,
    rejected: scan.rejected,
    collapsed: scan.collapsed,
    conflicting_keys: scan.conflictingKeys,
    keys_at_several_locations: scan.keysAtSeveralLocations,
    blank_lines_at_end: scan.blankLinesAtEnd,
    rows_by_facility: scan.rowsByFacility,
    keys_by_facility: scan.keysByFacility,
    active_without_row: {
      count: scan.activeWithoutRow.length,
      first: scan.activeWithoutRow.slice(0, WITHOUT_ROW_NAMED_MAX),
    },
    rejects_location: REJECTS_LOCATION,
    reasons: scan.reasons,
  };
}
