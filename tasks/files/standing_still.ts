/**
 * Whether the writer of a file without a manifest has done: its size and mtime must have stood still. That is judged by
 * two looks on our own clock. Where the mtime is long enough ago they are a moment apart; where the server tells none,
 * or one that is still to come, its clock says nothing, and they are as far apart as the file must have stood still.
 */
import type { FileEntry } from '../../runner/task.ts';
import { isSameEntry } from './entry.ts';

/** SFTP tells mtimes in whole seconds. */
const A_MOMENT_MS = 1000;

export interface Stillness {
  readonly now: () => Temporal.Instant;
  /** How long size and mtime must have stood still. */
  readonly stableForMs: number;
}

/** Whether the first listing of a file rules it out already, or after how many milliseconds to list it again. */
export type FirstLook =
  | { readonly isStable: true; readonly secondLookAfterMs: number }
  | { readonly isStable: false; readonly why: string };

export function firstLook(entry: FileEntry, { now, stableForMs }: Stillness): FirstLook {
  const ageMs = ageOf(entry, now());
  if (ageMs === null) return { isStable: true, secondLookAfterMs: stableForMs };
  if (ageMs >= stableForMs) return { isStable: true, secondLookAfterMs: Math.min(A_MOMENT_MS, stableForMs) };
  const why = `${entry.bytes} bytes, changed ${seconds(ageMs)} ago; it must stand still for ${seconds(stableForMs)}`;
  return { isStable: false, why };
}

/** How long ago the file was changed, by its mtime; null where that is untold, or still to come. */
export function ageOf({ modifiedAt }: FileEntry, now: Temporal.Instant): number | null {
  if (modifiedAt === null) return null;
  const ageMs = now.epochMilliseconds - modifiedAt.epochMilliseconds;
  return ageMs < 0 ? null : ageMs;
}

/** Null for a file that a second look finds as the first did. `second`: null where nothing was there any more. */
export function changedMeanwhile(first: FileEntry, second: FileEntry | null): string | null {
  if (second === null) return 'it was removed';
  return isSameEntry(first, second) ? null : `still growing: ${first.bytes} bytes, then ${second.bytes}`;
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`;
}
