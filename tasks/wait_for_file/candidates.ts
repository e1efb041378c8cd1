/** Selects tonight's file from a listing. */
import type { FileEntry } from '../../runner/task.ts';
import { snapshotAtOf } from '../inventory/file/name.ts';
import { guardSnapshotAge, guardSnapshotOrder } from '../inventory/guard/guards.ts';

export interface Candidate {
  readonly entry: FileEntry;
  readonly snapshotAt: Temporal.Instant;
  /** The source of the snapshot instant: the file name or its rows. */
  readonly saidBy: 'name' | 'rows';
  /** The snapshot by facility, for facilities that have their own; a manifest's takes precedence. */
  readonly facilities: Readonly<Record<string, Temporal.Instant>>;
}

export interface AwaitedNight {
  readonly namePattern: string;
  readonly scheduledFor: Temporal.Instant;
  /** The deadline: a later snapshot belongs to another night. If null, `maxAgeMs` after `scheduledFor`. */
  readonly until: Temporal.Instant | null;
  readonly maxAgeMs: number;
  /** The newest snapshot that another night applied. */
  readonly lastApplied: Temporal.Instant | null;
}

export interface Selection {
  /** The candidate with the newest snapshot. */
  readonly chosen: Candidate | null;
  /** `name: why`, newest first. */
  readonly refused: readonly string[];
}

export function selectCandidate(entries: readonly FileEntry[], night: AwaitedNight): Selection {
  const unnamed: string[] = [];
  const candidates: Candidate[] = [];
  for (const entry of entries) {
    if (entry.name.endsWith('.manifest.json')) continue;
    const snapshotAt = snapshotAtOf(entry.name, night.namePattern);
    if (snapshotAt === null) unnamed.push(`${entry.name}: its name does not fit ${night.namePattern}`);
    else candidates.push({ entry, snapshotAt, saidBy: 'name', facilities: {} });
  }
  candidates.sort((a, b) => Temporal.Instant.compare(b.snapshotAt, a.snapshotAt));
  const refused: string[] = [];
  let chosen: Candidate | null = null;
  for (const candidate of candidates) {
    const why = refusal(candidate, night, chosen);
    if (why === null) chosen = candidate;
    else refused.push(`${candidate.entry.name}: ${why}`);
  }
  return { chosen, refused: [...refused, ...unnamed] };
}

/** Returns why a file is not tonight's; null if it may be. `newer` is a candidate that takes precedence. */
export function refusal(
  { snapshotAt }: Pick<Candidate, 'snapshotAt'>,
  night: AwaitedNight,
  newer: Candidate | null,
): string | null {
  const until = night.until ?? night.scheduledFor.add({ milliseconds: night.maxAgeMs });
  if (Temporal.Instant.compare(snapshotAt, until) > 0) {
    return `its snapshot ${snapshotAt} is after ${until}, the latest for ${night.scheduledFor}`;
  }
  const tripped =
    guardSnapshotAge(snapshotAt, night.scheduledFor, night.maxAgeMs) ??
    guardSnapshotOrder(snapshotAt, night.lastApplied);
  if (tripped !== null) return tripped.sentence;
  return newer === null ? null : `${newer.entry.name} is newer`;
}
