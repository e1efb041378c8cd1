/** Whether the writer of a file without a manifest has done: its size and mtime must have stood still. */
import type { FileEntry } from '../../runner/task.ts';

/** Between two looks at a file: SFTP tells mtimes in whole seconds. */
export const LOOKS_APART_MS = 1000;

export interface Patience {
  readonly now: () => Temporal.Instant;
  readonly stableForMs: number;
}

/** Null for a file that has not changed for long enough. */
export function tooYoung({ bytes, modifiedAt }: FileEntry, { now, stableForMs }: Patience): string | null {
  const ageMs = now().epochMilliseconds - modifiedAt.epochMilliseconds;
  if (ageMs >= stableForMs) return null;
  return `${bytes} bytes, changed ${seconds(ageMs)} ago; it must stand still for ${seconds(stableForMs)}`;
}

/** Null for a file that a second look finds as the first did. `second`: null where nothing was there any more. */
export function changedMeanwhile(first: FileEntry, second: FileEntry | null): string | null {
  if (second === null) return 'it was removed';
  if (second.bytes === first.bytes && second.modifiedAt.equals(first.modifiedAt)) return null;
  return `still growing: ${first.bytes} bytes, then ${second.bytes}`;
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`;
}
