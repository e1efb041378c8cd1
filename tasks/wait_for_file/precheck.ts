/** Predicts whether a run of an old night would be refused because newer counts are applied. */
import type { FileEntry, PrecheckRefusal } from '../../runner/task.ts';
import type { AppliedReset } from '../oms/applied/newest_reset.ts';
import type { AppliedRevision } from '../oms/applied/revision.ts';
import { selectCandidate } from './candidates.ts';
import { SUPERSEDE_REMEDY } from './revision.ts';

export interface OldNight {
  readonly businessDate: Temporal.PlainDate;
  readonly scheduledFor: Temporal.Instant;
  readonly namePattern: string;
  readonly maxAgeMs: number;
  /** The deadline, after which a snapshot is not this night's. */
  readonly deadlineAt: Temporal.Instant | null;
  /** The newest snapshot of another night that is in the counts. */
  readonly applied: AppliedReset | null;
  /** The revision that this night is applied from, if another file may not supersede it; otherwise null. */
  readonly own: AppliedRevision | null;
  /** True if the run's params can say that another file supersedes it. */
  readonly hasSupersedeParams: boolean;
  /** Nights that the plan works before this one. */
  readonly workedBefore: readonly Temporal.PlainDate[];
}

/**
 * Returns why the night would be refused; null if it may go ahead.
 * @param list lists the external system's files; called only when the answer depends on it
 */
export async function precheckNight(
  night: OldNight,
  list: () => Promise<readonly FileEntry[]>,
): Promise<PrecheckRefusal | null> {
  const { businessDate, scheduledFor, maxAgeMs, applied } = night;
  const newer = night.workedBefore.find((date) => Temporal.PlainDate.compare(date, businessDate) > 0);
  if (newer !== undefined) {
    return {
      because: 'newer night comes first',
      detail: `${newer} is to be worked before ${businessDate}, and older counts do not overwrite newer ones`,
    };
  }
  const own = await precheckOwnFile(night, list);
  if (own !== null) return own;
  const earliest = scheduledFor.subtract({ milliseconds: maxAgeMs });
  if (applied === null || Temporal.Instant.compare(applied.snapshotAt, earliest) < 0) return null;
  const latest = night.deadlineAt ?? scheduledFor.add({ milliseconds: maxAgeMs });
  const isSure = Temporal.Instant.compare(applied.snapshotAt, latest) >= 0;
  const found = await list().catch((error: unknown) => {
    // No file can be new enough, so that this night's file does not matter.
    if (isSure) return [];
    throw error;
  });
  const { chosen } = selectCandidate(found, { ...night, until: night.deadlineAt, lastApplied: null });
  if (chosen !== null && Temporal.Instant.compare(chosen.snapshotAt, applied.snapshotAt) > 0) return null;
  if (chosen === null && !isSure) return null;
  const offered =
    chosen === null
      ? `any snapshot of ${businessDate}, at the latest ${latest},`
      : `the snapshot ${chosen.snapshotAt} of ${businessDate}`;
  return {
    because: 'newer snapshot applied',
    detail: `${offered} is not after the snapshot ${applied.snapshotAt} of ${applied.businessDate}, which is already applied`,
  };
}

/** Refuses a night that is applied from another file than the one that lies there now. */
async function precheckOwnFile(
  night: OldNight,
  list: () => Promise<readonly FileEntry[]>,
): Promise<PrecheckRefusal | null> {
  if (night.own === null) return null;
  const { chosen } = selectCandidate(await list(), { ...night, until: night.deadlineAt, lastApplied: null });
  const { snapshotAt, revision } = night.own;
  if (chosen === null || snapshotAt === null || chosen.snapshotAt.equals(snapshotAt)) return null;
  return {
    because: 'applied from another file',
    detail:
      `${night.businessDate} is applied from the snapshot ${snapshotAt} (revision ${revision}), and ` +
      `${chosen.entry.name} is of ${chosen.snapshotAt}`,
    ...(night.hasSupersedeParams ? { remedy: SUPERSEDE_REMEDY } : {}),
  };
}
