import type { FileEntry } from '../../runner/task.ts';

/** Whether two looks at a location saw the same file, as far as its size and mtime say. */
export function isSameEntry(
  first: Pick<FileEntry, 'bytes' | 'modifiedAt'>,
  second: Pick<FileEntry, 'bytes' | 'modifiedAt'>,
): boolean {
  if (first.bytes !== second.bytes) return false;
  if (first.modifiedAt === null || second.modifiedAt === null) return true;
  return first.modifiedAt.equals(second.modifiedAt);
}

/** `12 bytes of 2026-03-10T05:00:00Z`; without the time where nobody tells it. */
export function entryText({ bytes, modifiedAt }: Pick<FileEntry, 'bytes' | 'modifiedAt'>): string {
  return modifiedAt === null ? `${bytes} bytes` : `${bytes} bytes of ${modifiedAt}`;
}

/** The order of two files by mtime, oldest first; one whose mtime is untold may be the newest. */
export function compareTimes({ modifiedAt: a }: FileEntry, { modifiedAt: b }: FileEntry): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  return Temporal.Instant.compare(a, b);
}
