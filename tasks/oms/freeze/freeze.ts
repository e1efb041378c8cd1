import type { PoolClient } from 'pg';
import { FailTask } from '../../../runner/task.ts';
import { newestRevision } from '../applied/revision.ts';
import { readSql } from '../database/sql.ts';
import { lockSync } from '../database/transaction.ts';
import { describeSnapshot, earlierParts, type Revision, revisionKey, type Snapshot } from '../night.ts';
import { type ActiveProduct, findFrozenNight } from './frozen_night.ts';
import { requireOneItem } from './require_one_item.ts';
import { type FileSnapshot, resolveSnapshot } from './stage/facility_snapshots.ts';

const sql = (file: string) => readSql(import.meta.url, file);
const STAGING = sql('./stage/staging.sql');
const STAGE_PRODUCTS = sql('./stage/products.sql');
const STAGE_FACILITIES = sql('./stage/facilities.sql');
const STAGE_ISSUED = sql('./stage/issued.sql');
const STAGE_POSTED = sql('./stage/posted.sql');
const FORGET = sql('./record/forget.sql');
const INSERT_EXPECTATION = sql('./record/insert_expectation.sql');
const INSERT_HELD_KEYS = sql('./record/insert_held_keys.sql');
const RECORD_FREEZE = sql('./record/record_freeze.sql');
const SELECT_VARIANCE = sql('./select/variance.sql');
const SELECT_HELD_KEYS = sql('./select/held_keys.sql');
const SELECT_UNACKNOWLEDGED = sql('./warnings/select_unacknowledged.sql');
const SELECT_MOVED_IDS = sql('./warnings/select_moved_ids.sql');

export interface FreezeRequest {
  readonly night: Revision;
  readonly snapshot: FileSnapshot;
  readonly idType: string;
  readonly products: readonly ActiveProduct[];
  /** Shipments before this instant count as booked; null for none. */
  readonly goLive: Temporal.Instant | null;
  /** The age from which an unbooked shipment is reported. */
  readonly unacknowledgedAfterMs: number;
}

export interface VarianceRow {
  readonly facility_id: string;
  readonly external_facility_id: string;
  readonly id_value: string;
  /** Signed units, as text. */
  readonly quantity: string;
  readonly location_seq_id: string;
}

export interface HeldKey {
  readonly facility_id: string;
  readonly product_id: string;
  readonly id_value: string;
  readonly reason: string;
  readonly detail: string;
}

export interface UnacknowledgedShipment {
  readonly item_issuance_id: string;
  readonly order_id: string;
  readonly facility_id: string;
  readonly product_id: string;
  readonly quantity: string;
  readonly age_days: number;
}

/** An id that now belongs to another product; the counts of its former product are left unchanged. */
export interface MovedId {
  readonly business_date: string;
  readonly sku: string;
  readonly was: string;
  readonly is: string;
}

export interface Freeze {
  readonly revision: number;
  /** The night's reset was applied before, so its freeze is returned unchanged. */
  readonly isKept: boolean;
  readonly snapshot: Snapshot;
  readonly idType: string;
  readonly expectationCount: number;
  readonly variance: readonly VarianceRow[];
  readonly heldOutKeys: readonly HeldKey[];
  /** Oldest first. */
  readonly unacknowledged: readonly UnacknowledgedShipment[];
  /** Ids that moved since the newest earlier night that is applied. */
  readonly movedIds: readonly MovedId[];
}

/**
 * Computes and records L and V of every key of a revision. Call it as the first statement of a repeatable read
 * transaction: everything it reads is then of one instant, and it waits for a running apply.
 * @throws FailTask if another revision forbids it
 */
export async function freezeNight(client: PoolClient, request: FreezeRequest): Promise<Freeze> {
  await lockSync(client);
  const key = revisionKey(request.night);
  const earlier = await findFrozenNight(client, request.night);
  const isKept = earlier?.isApplied === true;
  const basis = isKept ? earlier : { ...request, snapshot: await resolveSnapshot(client, request.snapshot) };
  if (!isKept) await requireNext(client, request.night, basis.snapshot);

  await stage(client, basis);
  await requireOneItem(client);
  if (!isKept) {
    const { at, byFacility } = basis.snapshot;
    const earliest = [at, ...byFacility.values()].reduce((a, b) =>
      Temporal.Instant.compare(a, b) <= 0 ? a : b,
    );
    const ownSnapshots = Object.fromEntries([...byFacility].map(([id, instant]) => [id, instant.toString()]));
    const productIds = basis.products.map(({ productId }) => productId);
    const idValues = basis.products.map(({ idValue }) => idValue);
    await client.query(FORGET, [...key]);
    const [systemId, date, revision] = key;
    await client.query(INSERT_EXPECTATION, [systemId, date, at, earliest, revision]);
    await client.query(INSERT_HELD_KEYS, [...key]);
    await client.query(RECORD_FREEZE, [
      ...key,
      at,
      JSON.stringify(ownSnapshots),
      basis.goLive,
      basis.idType,
      productIds,
      idValues,
    ]);
  }

  const recorded = await findFrozenNight(client, request.night);
  const variance = await client.query<VarianceRow>(SELECT_VARIANCE, [...key]);
  const heldOutKeys = await client.query<HeldKey>(SELECT_HELD_KEYS, [...key]);
  const unacknowledged = await client.query<UnacknowledgedShipment>(SELECT_UNACKNOWLEDGED, [
    `${request.unacknowledgedAfterMs} milliseconds`,
  ]);
  const movedIds = await client.query<MovedId>(SELECT_MOVED_IDS, key.slice(0, 2));
  return {
    revision: request.night.revision,
    isKept,
    snapshot: basis.snapshot,
    idType: basis.idType,
    expectationCount: recorded?.expectationCount ?? 0,
    variance: variance.rows,
    heldOutKeys: heldOutKeys.rows,
    unacknowledged: unacknowledged.rows,
    movedIds: movedIds.rows,
  };
}

/**
 * Requires that this revision follows the newest applied one.
 * @throws FailTask if it does not, or was counted before it
 */
async function requireNext(client: PoolClient, night: Revision, snapshot: Snapshot): Promise<void> {
  const applied = await newestRevision(client, night);
  const next = (applied?.revision ?? 0) + 1;
  if (night.revision !== next) {
    throw new FailTask(
      `the file was found for revision ${night.revision} of ${night.businessDate}, and revision ${next} is the next now; ` +
        'clear the task that found it',
    );
  }
  if (applied === null) return;
  const before = await findFrozenNight(client, { ...night, revision: applied.revision });
  const earlier = before === null ? [] : earlierParts(snapshot, before.snapshot);
  if (before === null || earlier.length === 0) return;
  throw new FailTask(
    `${earlier.slice(0, 5).join(', ')}${earlier.length > 5 ? ', ...' : ''} counted before the file that is applied: ` +
      `the snapshot is ${describeSnapshot(snapshot)}, and that of revision ${applied.revision} ` +
      `${describeSnapshot(before.snapshot)}; older counts do not supersede newer ones`,
  );
}

interface FreezeInput {
  readonly snapshot: Snapshot;
  readonly products: readonly ActiveProduct[];
  readonly goLive: Temporal.Instant | null;
}

/** Fills the temporary tables that the freeze's statements read. */
async function stage(client: PoolClient, { snapshot, products, goLive }: FreezeInput): Promise<void> {
  await client.query(STAGING);
  await client.query(STAGE_PRODUCTS, [
    products.map(({ productId }) => productId),
    products.map(({ idValue }) => idValue),
  ]);
  await client.query(STAGE_FACILITIES, [[...snapshot.byFacility.keys()], [...snapshot.byFacility.values()]]);
  await client.query('analyze frozen_product, frozen_facility');
  await client.query(STAGE_ISSUED, [snapshot.at, goLive]);
  await client.query('analyze issued');
  await client.query(STAGE_POSTED, [snapshot.at]);
  await client.query('analyze posted');
}
