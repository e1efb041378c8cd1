/**
 * Decides whether a file without a manifest is complete: its size and mtime must not change between two listings,
 * timed on our own clock. If the mtime is old enough, the listings are a second apart. If the server gives no mtime
 * or a future one, its clock cannot be used, and they are `stableForMs` apart.
 */
import type { FileEntry } from '../../runner/task.ts';
import { isSameEntry } from './entry.ts';

/** The resolution of mtimes in SFTP is one second. */
const MTIME_RESOLUTION_MS = 1000;

export interface StabilityRule {
  readonly now: () => Temporal.Instant;
  /** How long size and mtime must be unchanged. */
  readonly stableForMs: number;
}

/**
 * Whether the file can be stable by its first listing: after how many milliseconds to list it again, or why it is
 * not.
 */
export type FirstListing =
  | { readonly isStable: true; readonly relistAfterMs: number }
  | { readonly isStable: false; readonly why: string };

export function checkFirstListing(entry: FileEntry, { now, stableForMs }: StabilityRule): FirstListing {
  const ageMs = ageOf(entry, now());
  if (ageMs === null) return { isStable: true, relistAfterMs: stableForMs };
  if (ageMs >= stableForMs)
    return { isStable: true, relistAfterMs: Math.min(MTIME_RESOLUTION_MS, stableForMs) };
  const why = `${entry.bytes} bytes, changed ${seconds(ageMs)} ago; it must be unchanged for ${seconds(stableForMs)}`;
  return { isStable: false, why };
}

/** Returns the age of the file by its mtime; null if the mtime is missing or in the future. */
export function ageOf({ modifiedAt }: FileEntry, now: Temporal.Instant): number | null {
  if (modifiedAt === null) return null;
  const ageMs = now.epochMilliseconds - modifiedAt.epochMilliseconds;
  return ageMs < 0 ? null : ageMs;
}

/** Returns how the file changed between two listings; null if it did not. `second` is null if the file was gone. */
export function changedMeanwhile(first: FileEntry, second: FileEntry | null): string | null {
  if (second === null) return 'it was removed';
  return isSameEntry(first, second) ? null : `still growing: ${first.bytes} bytes, then ${second.bytes}`;
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`;
}
