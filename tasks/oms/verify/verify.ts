import type { PoolClient } from 'pg';
import type { BatchKind } from '../apply/batch/batch.ts';
import { readSql } from '../database/sql.ts';
import type { Night } from '../night.ts';

const sql = (file: string) => readSql(import.meta.url, file);
const BEGIN = readSql(import.meta.url, '../database/begin_repeatable_read.sql');
const STAGING = sql('./staging.sql');
const SELECT_NIGHT = sql('./select_night.sql');
const STAGE_SET_KEYS = sql('./stage/set_keys.sql');
const STAGE_SET_KEYS_OF_ONE = sql('./stage/set_keys_of_one.sql');
const STAGE_KEYS = sql('./stage/keys.sql');
const STAGE_IDS = sql('./stage/ids.sql');
const STAGE_COVERED = sql('./stage/covered.sql');
const RECORD_PROOF = sql('./record_proof.sql');

/** The statements of the invariants; each selects `checked`, `violations` and `examples`. */
const INVARIANTS = {
  I1: sql('./i1_details_up_to_snapshot.sql'),
  I2: sql('./i2_on_hand_now.sql'),
  I3: sql('./i3_reserved_unchanged.sql'),
  I4: sql('./i4_uncovered_untouched.sql'),
  I5: sql('./i5_posted_once.sql'),
};
export type InvariantName = keyof typeof INVARIANTS;
export const INVARIANT_NAMES = ['I1', 'I2', 'I3', 'I4', 'I5'] as const satisfies readonly InvariantName[];

const EXAMPLES_MAX = 10;

export interface Violation {
  readonly facility_id: string;
  readonly product_id: string;
  /** The product's id in the night's files; empty if the night does not list it. */
  readonly sku: string;
  readonly expected: number;
  readonly found: number;
}

export interface InvariantCheck {
  /** The number of keys checked. */
  readonly checked: number;
  readonly violations: number;
  /** At most 10. */
  readonly examples: readonly Violation[];
}

export type NightCheck = Readonly<Record<InvariantName, InvariantCheck>>;

export interface CheckedNight {
  /** The newest applied revision; 0 if there is none. */
  readonly revision: number;
  readonly checks: NightCheck;
}

/** A batch of the night, with the ids of the physical inventories that it posted. */
interface AppliedBatch {
  readonly kind: BatchKind;
  readonly batch_id: string;
  readonly revision: number;
  readonly physical_inventory_ids: readonly string[];
}

/**
 * Checks the invariants of a night on the OMS's own rows: every key that one of its revisions set, against the last
 * one that set it. A night without its variance is checked against the reset alone; for one without a reset it only
 * checks that nothing was changed.
 *
 * @param client in a repeatable read transaction, so that all is read as of one instant
 */
export async function checkNight(client: PoolClient, night: Night): Promise<CheckedNight> {
  const key = [night.externalSystemId, night.businessDate];
  await client.query(STAGING);
  const { rows: batches } = await client.query<AppliedBatch>(SELECT_NIGHT, key);
  const resets = batches.filter(({ kind }) => kind === 'RESET');
  const variances = batches.filter(({ kind }) => kind === 'VARIANCE');
  const posted = [resets, variances].map((of) => of.flatMap((batch) => batch.physical_inventory_ids));
  // Each stage is analyzed before it is joined: without statistics, a join compares every key with every other.
  if (resets.length > 1) await client.query(STAGE_SET_KEYS, [resets.map(({ batch_id }) => batch_id)]);
  else await client.query(STAGE_SET_KEYS_OF_ONE, [resets[0]?.batch_id ?? null]);
  await client.query('analyze set_key');
  await client.query(STAGE_KEYS, key);
  await client.query('analyze covered_key');
  await client.query(STAGE_COVERED, posted);
  await client.query(STAGE_IDS, key);
  const I1 = await check(client, 'I1');
  const I2 = await check(client, 'I2');
  const I3 = await check(client, 'I3');
  const I5 = await check(client, 'I5');
  // Right after a reset the planner assumes one row for what it posted.
  await client.query('set local enable_nestloop = off');
  const I4 = await check(client, 'I4', posted.flat());
  return { revision: Math.max(0, ...resets.map(({ revision }) => revision)), checks: { I1, I2, I3, I4, I5 } };
}

/** Checks a night in a transaction of its own on `client` and leaves no trace. */
export async function verifyNight(client: PoolClient, night: Night): Promise<NightCheck> {
  await client.query(BEGIN);
  try {
    return (await checkNight(client, night)).checks;
  } finally {
    await client.query('rollback');
  }
}

/** Records the result of a check, with or without violations, for `audit.inventory_proof`. */
export async function recordProof(
  client: PoolClient,
  night: Night,
  { revision, checks, attemptToken }: CheckedNight & { readonly attemptToken: string },
): Promise<void> {
  const rows = INVARIANT_NAMES.map((invariant) => {
    const { checked, violations, examples } = checks[invariant];
    return { invariant, checked, wrong: violations, examples };
  });
  await client.query(RECORD_PROOF, [
    night.externalSystemId,
    night.businessDate,
    attemptToken,
    JSON.stringify(rows),
    Math.max(revision, 1),
  ]);
}

async function check(
  client: PoolClient,
  name: InvariantName,
  ...more: readonly unknown[]
): Promise<InvariantCheck> {
  const { rows } = await client.query<InvariantCheck>(INVARIANTS[name], [EXAMPLES_MAX, ...more]);
  if (rows[0] === undefined) throw new Error(`${name}: a count has no row`);
  return rows[0];
}
