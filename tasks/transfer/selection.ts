/** Decides which of the files that are there an action concerns. */
import { FailTask, type FileEntry } from '../../runner/task.ts';

export interface SelectionRule {
  /** In ms; null for files of any age. */
  readonly olderThanMs: number | null;
  /** How many of the newest files stay; 0 for none. */
  readonly keepNewest: number;
  /** The instant at which the age is taken. */
  readonly at: Temporal.Instant;
}

export interface Selection {
  readonly chosen: readonly FileEntry[];
  /** Files whose age is not known, as the server gives no time; they stay. */
  readonly ageless: readonly FileEntry[];
}

/**
 * Returns the files to act on, oldest first.
 * @throws FailTask if the newest ones are to stay and a file has no time
 */
export function selectFiles(entries: readonly FileEntry[], rule: SelectionRule): Selection {
  const { olderThanMs, keepNewest, at } = rule;
  const ageless = entries.filter(({ modifiedAt }) => modifiedAt === null);
  const [first] = ageless;
  if (keepNewest > 0 && first !== undefined)
    throw new FailTask(
      `keep_newest: the server gives no mtime of ${first.location}, so the newest are not known`,
    );
  const oldestFirst = entries.toSorted((a, b) => timeOf(a) - timeOf(b) || (a.name < b.name ? -1 : 1));
  const candidates = oldestFirst.slice(0, Math.max(0, oldestFirst.length - keepNewest));
  if (olderThanMs === null) return { chosen: candidates, ageless: [] };
  const latest = at.epochMilliseconds - olderThanMs;
  const chosen = candidates.filter((entry) => entry.modifiedAt !== null && timeOf(entry) < latest);
  return { chosen, ageless };
}

function timeOf({ modifiedAt }: FileEntry): number {
  return modifiedAt?.epochMilliseconds ?? 0;
}
