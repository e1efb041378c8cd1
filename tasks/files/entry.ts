import type { FileEntry } from '../../runner/task.ts';

/** Returns whether two listings of a location show the same file, compared by size and mtime. */
export function isSameEntry(
  first: Pick<FileEntry, 'bytes' | 'modifiedAt'>,
  second: Pick<FileEntry, 'bytes' | 'modifiedAt'>,
): boolean {
  if (first.bytes !== second.bytes) return false;
  if (first.modifiedAt === null || second.modifiedAt === null) return true;
  return first.modifiedAt.equals(second.modifiedAt);
}

/** Formats as `12 bytes of 2026-03-10T05:00:00Z`; without the time if the server gives none. */
export function entryText({ bytes, modifiedAt }: Pick<FileEntry, 'bytes' | 'modifiedAt'>): string {
  return modifiedAt === null ? `${bytes} bytes` : `${bytes} bytes of ${modifiedAt}`;
}

/** Orders two files by mtime, oldest first. A file without an mtime comes last, since it may be the newest. */
export function compareTimes({ modifiedAt: a }: FileEntry, { modifiedAt: b }: FileEntry): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  return Temporal.Instant.compare(a, b);
}
