/** Checks an OMS against the world's truth after a night: five invariants, each on every key. */
import type { Pool } from 'pg';
import { z } from 'zod';
import { type OmsKey, readOmsKeys } from '../world/oms/keys.ts';
import type { KeyTruth } from '../world/truth.ts';
import type { World } from '../world/world.ts';

export interface InvariantResult {
  readonly checked: number;
  readonly violations: number;
  /** Sentences about the first violations. */
  readonly examples: readonly string[];
}

export interface TruthCheck {
  /** The details up to the snapshot sum to Retail Pro's count plus the variance. */
  readonly I1: InvariantResult;
  /** On hand now is that sum plus what the OMS recorded after the snapshot. */
  readonly I2: InvariantResult;
  /** On hand minus available to promise is unchanged by the run. */
  readonly I3: InvariantResult;
  /** Keys not covered or held out are unchanged by the run, detail by detail. */
  readonly I4: InvariantResult;
  /** At most one batch of a kind per night and system, and at most one correction of a kind per key and night. */
  readonly I5: InvariantResult;
  readonly keys: {
    readonly covered: number;
    readonly ambiguous: number;
    readonly contradicted: number;
    readonly uncovered: number;
    readonly inactive: number;
  };
}

const EXAMPLES_MAX = 5;
const NO_ITEM: OmsKey = {
  facilityId: '',
  atSnapshotUnits: 0,
  detailOnHandUnits: 0,
  detailAvailableUnits: 0,
  onHandUnits: 0,
  availableUnits: 0,
  resetCount: 0,
  varianceCount: 0,
};

/** Reads every key back from the OMS and checks it. A key without an item counts as zero. */
export async function checkTruth(pool: Pool, world: World): Promise<TruthCheck> {
  const there = await readOmsKeys(pool, world.truth.snapshotAtMs);
  const finders = { I1: finder(), I2: finder(), I3: finder(), I4: finder(), I5: finder() };
  const keys = { covered: 0, ambiguous: 0, contradicted: 0, uncovered: 0, inactive: 0 };

  for (const [text, truth] of world.truth.keys) {
    const found = there.get(text) ?? NO_ITEM;
    keys[truth.standing]++;
    finders.I3.check(sameGap(text, truth, found));
    if (truth.standing === 'covered') {
      finders.I1.check(atSnapshot(text, truth, found));
      finders.I2.check(onHandNow(text, truth, found));
    } else {
      finders.I4.check(untouched(text, truth, found));
    }
    finders.I5.check(correctedOnce(text, found));
  }
  // Facilities outside the world, such as those of the other feeds, are not checked.
  const own = new Set(world.facilities.map(({ facilityId }) => facilityId));
  for (const [text, { facilityId }] of there) {
    if (own.has(facilityId) && !world.truth.keys.has(text))
      finders.I4.check(`${text}: the OMS got an item that the world does not know`);
  }
  for (const sentence of await batchFindings(pool)) finders.I5.check(sentence);
  const { I1, I2, I3, I4, I5 } = finders;
  return { I1: I1.finding(), I2: I2.finding(), I3: I3.finding(), I4: I4.finding(), I5: I5.finding(), keys };
}

/** The sentence of a violation; null if there is none. */
type Verdict = string | null;

function atSnapshot(
  text: string,
  { after, retailproUnits, varianceUnits }: KeyTruth,
  found: OmsKey,
): Verdict {
  if (found.atSnapshotUnits === after.atSnapshotUnits) return null;
  const sum = `${after.atSnapshotUnits} (Retail Pro ${retailproUnits}, variance ${varianceUnits})`;
  return `${text}: the details up to the snapshot sum to ${found.atSnapshotUnits}, not ${sum}`;
}

function onHandNow(text: string, { after }: KeyTruth, found: OmsKey): Verdict {
  const { onHandUnits, detailOnHandUnits, availableUnits, detailAvailableUnits } = found;
  if (onHandUnits !== detailOnHandUnits || availableUnits !== detailAvailableUnits) {
    return `${text}: totals ${onHandUnits}/${availableUnits} are not their details' ${detailOnHandUnits}/${detailAvailableUnits}`;
  }
  return onHandUnits === after.onHandUnits
    ? null
    : `${text}: on hand ${onHandUnits}, not ${after.onHandUnits}`;
}

function sameGap(text: string, { before }: KeyTruth, found: OmsKey): Verdict {
  const gap = found.onHandUnits - found.availableUnits;
  const gapBefore = before.onHandUnits - before.availableUnits;
  if (gap === gapBefore) return null;
  return `${text}: on hand minus available to promise is ${gap}, and was ${gapBefore}`;
}

function untouched(text: string, { before, standing }: KeyTruth, found: OmsKey): Verdict {
  const same =
    found.atSnapshotUnits === before.atSnapshotUnits &&
    found.onHandUnits === before.onHandUnits &&
    found.availableUnits === before.availableUnits &&
    found.resetCount === 0 &&
    found.varianceCount === 0;
  if (same) return null;
  const now = `${found.onHandUnits}/${found.availableUnits}`;
  return `${text} is ${standing}, yet its count went from ${before.onHandUnits}/${before.availableUnits} to ${now}`;
}

function correctedOnce(text: string, { resetCount, varianceCount }: OmsKey): Verdict {
  if (resetCount <= 1 && varianceCount <= 1) return null;
  return `${text}: corrected by ${resetCount} resets and ${varianceCount} variances in one night`;
}

const batchRows = z.array(
  z.object({
    kind: z.string(),
    external_system_id: z.string(),
    business_date: z.string(),
    batches: z.number(),
  }),
);

/** Checks the number of batches of each kind, system and night. */
async function batchFindings(pool: Pool): Promise<readonly Verdict[]> {
  const { rows } = await pool.query(
    `select kind, external_system_id, business_date::text as business_date, count(*)::integer as batches
       from oms.inventory_sync_batch
      group by kind, external_system_id, business_date, revision`,
  );
  return batchRows.parse(rows).map(({ kind, external_system_id, business_date, batches }) => {
    if (batches === 1) return null;
    return `${batches} ${kind} batches of ${external_system_id} for ${business_date}`;
  });
}

function finder(): { readonly check: (verdict: Verdict) => void; readonly finding: () => InvariantResult } {
  let checked = 0;
  let violations = 0;
  const examples: string[] = [];
  return {
    check: (verdict) => {
      checked++;
      if (verdict === null) return;
      violations++;
      if (examples.length < EXAMPLES_MAX) examples.push(verdict);
    },
    finding: () => ({ checked, violations, examples }),
  };
}
