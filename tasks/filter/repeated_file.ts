import type { Pool } from 'pg';
import type { FoundFile } from '../files/found_file.ts';
import { bookedBetween, nightOfAppliedFile } from '../oms/applied/sha256.ts';
import type { Night } from '../oms/night.ts';

export interface DeliveredFile {
  readonly night: Night;
  readonly found: FoundFile;
  /** The sha256 of the file as it was read. */
  readonly sha256: string;
  readonly productIds: readonly string[];
}

/**
 *   new         no other night was applied from these bytes
 *   unmoved     another was, and the file's name or manifest says a newer snapshot: a day without movement
 *   refused     another was, and it can be no newer count
 */
export type Repetition =
  | { readonly kind: 'new' }
  | { readonly kind: 'unmoved' | 'refused'; readonly sentence: string };

/**
 * Checks a file whose bytes may have been applied for another night. A manifest is trusted as the external system's
 * own statement that nothing moved. A name alone is not, since last night's file may have been renamed by mistake: it
 * is refused if the OMS knows of a booking of the external system between the two snapshots.
 */
export async function checkRepetition(
  pool: Pool,
  { night, found, sha256, productIds }: DeliveredFile,
): Promise<Repetition> {
  const applied = await nightOfAppliedFile(pool, night, sha256);
  if (applied === null) return { kind: 'new' };
  const same = `the same file, sha256 ${sha256}, was already applied for ${applied.businessDate}`;
  if (Temporal.Instant.compare(found.snapshot_at, applied.snapshotAt) <= 0) {
    return { kind: 'refused', sentence: `${same}, as of ${applied.snapshotAt}` };
  }
  const span = { after: applied.snapshotAt, until: found.snapshot_at };
  const booked = found.manifest === null ? await bookedBetween(pool, span, productIds) : null;
  if (booked !== null) {
    return {
      kind: 'refused',
      sentence:
        `${same}, and ${booked.quantity} of ${booked.product_id} at ${booked.facility_id ?? 'an unnamed store'} was ` +
        `booked after its snapshot ${applied.snapshotAt}: these are the counts of then under a newer name`,
    };
  }
  return {
    kind: 'unmoved',
    sentence: `nothing moved since ${applied.snapshotAt}, by the file: it is byte for byte the one applied for ${applied.businessDate}`,
  };
}
