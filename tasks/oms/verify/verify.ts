import type { PoolClient } from 'pg';
import type { Night } from '../night.ts';
import { readSql } from '../sql.ts';

const sql = (file: string) => readSql(import.meta.url, file);
const BEGIN = readSql(import.meta.url, '../begin_repeatable_read.sql');
const STAGING = sql('./staging.sql');
const STAGE_POSTED = sql('./stage_posted.sql');
const STAGE_KEYS = sql('./stage_keys.sql');
const STAGE_COVERED = sql('./stage_covered.sql');
const RECORD_PROOF = sql('./record_proof.sql');

/** Each selects one row per key that it checks: facility_id, product_id, expected, found, is_violated. */
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
  readonly expected: number;
  readonly found: number;
}

export interface InvariantCheck {
  /** Keys looked at. */
  readonly checked: number;
  readonly violations: number;
  /** At most 10. */
  readonly examples: readonly Violation[];
}

export type NightCheck = Readonly<Record<InvariantName, InvariantCheck>>;

/**
 * Checks what must be true after a night from the OMS's own rows. A night without its variance is checked against the
 * reset alone; one without a reset checks nothing but that nothing was touched.
 *
 * @param client in a repeatable read transaction, so that all is read as of one instant
 */
export async function checkNight(client: PoolClient, night: Night): Promise<NightCheck> {
  const key = [night.externalSystemId, night.businessDate];
  await client.query(STAGING);
  await client.query(STAGE_POSTED, key);
  await client.query(STAGE_KEYS, key);
  await client.query('analyze covered_key');
  await client.query(STAGE_COVERED);
  await client.query('analyze posted_detail, covered');
  return {
    I1: await check(client, 'I1'),
    I2: await check(client, 'I2'),
    I3: await check(client, 'I3'),
    I4: await check(client, 'I4'),
    I5: await check(client, 'I5'),
  };
}

/** Checks a night in a transaction of its own on `client`, and leaves no trace. */
export async function verifyNight(client: PoolClient, night: Night): Promise<NightCheck> {
  await client.query(BEGIN);
  try {
    return await checkNight(client, night);
  } finally {
    await client.query('rollback');
  }
}

/** Writes down what a check found, wrong or not, for `audit.inventory_proof`. */
export async function recordProof(
  client: PoolClient,
  night: Night,
  { checks, attemptToken }: { readonly checks: NightCheck; readonly attemptToken: string },
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
  ]);
}

async function check(client: PoolClient, name: InvariantName): Promise<InvariantCheck> {
  const { rows } = await client.query<InvariantCheck>(INVARIANTS[name], [EXAMPLES_MAX]);
  if (rows[0] === undefined) throw new Error(`${name}: a count has no row`);
  return rows[0];
}
