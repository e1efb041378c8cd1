/**
 * A night of the plain practice, worked by hand, beside what the shadow would have done: one product for each way in which the plain
 * practice goes wrong. It sets each count to that of the file when it comes to it, and corrects what it believes to be unbooked.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inScratch } from '../../../../runner/connections/postgres/scratch.ts';
import { reasonsOf } from '../../../../tasks/inventory/compare/reasons.ts';
import {
  type ComparedRow,
  compareKeys,
  differencesOf,
} from '../../../../tasks/oms/compare/read_comparison.ts';
import { readOnly } from '../../../../tasks/oms/schema/read_only.ts';
import { mirrorOfState, SHADOW_STATES } from '../../../../tasks/oms/shadow/in_shadow.ts';
import { BUSINESS_DATE, itemId, SYSTEM } from '../oms_world.ts';
import { openShadowedOms, type ShadowedOms } from './shadow_world.ts';

// The snapshot is at 03:00, the freeze at 05:00, their reset at 05:30 and their variance at 06:30.
const BEFORE = '2026-03-10T01:00:00Z';
const AFTER = '2026-03-10T04:00:00Z';
const RESET_AT = '2026-03-10T05:30:00Z';
const VARIANCE_AT = '2026-03-10T06:30:00Z';
const LATER = '2026-03-10T08:00:00Z';
const UNTIL = Temporal.Instant.from('2026-03-10T12:00:00Z');

test('each difference from the present process has the reason that the night was made with', async (t) => {
  const oms = await openShadowedOms(t);
  for (const facility of ['F1', 'F2']) await oms.facility(facility);
  const products = ['RIGHT', 'SOLD', 'SHIPPED', 'STRAY', 'DOUBT', 'ABSENT', 'TWICE', 'LEFT', 'ODD'];
  for (const product of products) {
    await oms.product(product);
    for (const facility of ['F1', 'F2']) await oms.stock(facility, product, 10);
  }
  // Two units sold between the snapshot and their reset; one more later, which nobody undoes.
  await oms.move('F1', 'SOLD', -2, AFTER);
  // Three units shipped that Retail Pro has not booked, but whose invoice was answered by the time they look.
  await oms.ship({ id: 'S1', facility: 'F1', product: 'SHIPPED', quantity: 3, at: BEFORE });
  await oms.posting({
    id: 'I1',
    of: 'S1',
    facility: 'F1',
    product: 'SHIPPED',
    diff: -3,
    sent: BEFORE,
    booked: AFTER,
  });
  // One unit shipped at F1 and booked at F2 by the snapshot.
  await oms.ship({ id: 'S2', facility: 'F1', product: 'STRAY', quantity: 1, at: BEFORE });
  await oms.posting({
    id: 'I2',
    of: 'S2',
    facility: 'F2',
    product: 'STRAY',
    diff: -1,
    sent: BEFORE,
    booked: BEFORE,
  });
  // Four shipped and sent before the snapshot, with no answer: held out.
  await oms.ship({ id: 'S3', facility: 'F1', product: 'DOUBT', quantity: 4, at: BEFORE });
  await oms.posting({ id: 'I3', of: 'S3', facility: 'F1', product: 'DOUBT', diff: -4, sent: BEFORE });
  // Both: a sale after the snapshot, and a shipment that they miss.
  await oms.move('F2', 'TWICE', -1, AFTER);
  await oms.ship({ id: 'S4', facility: 'F2', product: 'TWICE', quantity: 5, at: BEFORE });

  // Retail Pro's counts. The OMS has 7 of SHIPPED at F1, 9 of STRAY at F1, 10 at F2, 6 of DOUBT, 5 of TWICE at F2 (as of T).
  const rows = [
    ['F1', 'SKU-RIGHT', 8],
    ['F1', 'SKU-SOLD', 9],
    ['F1', 'SKU-SHIPPED', 10],
    ['F1', 'SKU-STRAY', 10],
    ['F2', 'SKU-STRAY', 9],
    ['F1', 'SKU-DOUBT', 10],
    ['F2', 'SKU-TWICE', 10],
    ['F1', 'SKU-LEFT', 3],
    ['F1', 'SKU-ODD', 5],
  ] as const;
  await oms.foretell(rows);

  const theirs = new PresentProcess(oms);
  for (const [facility, sku, count] of rows) {
    const product = sku.replace('SKU-', '');
    // They set every count but that of LEFT, and one of a product that our file does not have.
    if (product !== 'LEFT') await theirs.reset(facility, product, product === 'ODD' ? count + 1 : count);
  }
  await theirs.reset('F1', 'ABSENT', 4);
  await oms.move('F1', 'SOLD', -1, LATER);

  const { keys, set_keys, rows: found } = await compared(oms);
  // Nine rows of the file and the one of theirs alone; they left LEFT as it was.
  assert.deepEqual({ keys, set_keys }, { keys: 10, set_keys: 9 });
  assert.deepEqual(
    Object.fromEntries(
      found.map((row) => [
        itemId(row.facility_id, row.product_id),
        [row.theirs, row.ours, reasonsOf(keyOf(row)).map(({ reason, units }) => `${reason} ${units}`)],
      ]),
    ),
    {
      // 9 on the shelf at T, 2 sold and then 1: 6. Theirs is 9 at 05:30, less 1.
      'F1/SOLD': [8, 6, ['sale_undone 2']],
      // 10 by Retail Pro, less the 3 that it has not booked.
      'F1/SHIPPED': [10, 7, ['unacknowledged 3']],
      'F1/STRAY': [10, 9, ['wrong_store 1']],
      'F2/STRAY': [9, 10, ['wrong_store -1']],
      // Ours leaves it at the OMS's own count.
      'F1/DOUBT': [10, 6, ['ambiguous 4']],
      'F1/ABSENT': [4, 10, ['not_covered -6']],
      // 10 less 5 shipped, less 1 sold after: 4. Theirs is 10.
      'F2/TWICE': [10, 4, ['sale_undone 1', 'unacknowledged 5']],
      'F1/LEFT': [10, 3, ['not_set 7']],
      'F1/ODD': [6, 5, ['other 1']],
    },
  );
});

test('a night that was applied as the shadow foretold has no difference', async (t) => {
  const oms = await openShadowedOms(t);
  await oms.facility('F1');
  await oms.product('P1');
  await oms.stock('F1', 'P1', 10);
  await oms.ship({ id: 'S1', facility: 'F1', product: 'P1', quantity: 3, at: BEFORE });
  await oms.move('F1', 'P1', -1, AFTER);
  await oms.foretell([['F1', 'SKU-P1', 12]]);
  await oms.night([['F1', 'SKU-P1', 12]]);
  assert.deepEqual(await compared(oms), { keys: 1, set_keys: 1, rows: [] });
});

/** The plain practice: a reset to the present count, dated when it is made, under the reason that HotWax uses. */
class PresentProcess {
  readonly #oms: ShadowedOms;
  constructor(oms: ShadowedOms) {
    this.#oms = oms;
  }

  async reset(facility: string, product: string, count: number): Promise<void> {
    const onHand = (await this.#oms.onHand(facility, product))?.qoh ?? 0;
    await this.#post(facility, product, { diff: count - onHand, reason: 'VAR_EXT_RESET', at: RESET_AT });
    // Their variance finds nothing to correct, and says so with a line of 0.
    await this.#post(facility, product, { diff: 0, reason: 'VAR_INTEGR', at: VARIANCE_AT });
  }

  async #post(
    facility: string,
    product: string,
    { diff, reason, at }: { readonly diff: number; readonly reason: string; readonly at: string },
  ): Promise<void> {
    await this.#oms.pool.query(
      `insert into oms.inventory_item_detail
         (inventory_item_id, inventory_item_detail_seq_id, effective_date, quantity_on_hand_diff, available_to_promise_diff, reason_enum_id)
       values ($1, $2, $3, $4, $4, $5)`,
      [itemId(facility, product), `${reason}/${at}`, at, diff, reason],
    );
  }
}

async function compared(oms: ShadowedOms) {
  const { chunks } = await oms.shadow.tasks.files.open(`artifact:${SHADOW_STATES.applied}`);
  return await inScratch(oms.scratch, async (client) => {
    const mirror = await mirrorOfState(client, chunks());
    const counts = await readOnly(oms.reader, (session) =>
      compareKeys(
        { oms: session, mirror, signal: t0 },
        {
          night: { externalSystemId: SYSTEM, businessDate: BUSINESS_DATE },
          resetReasons: ['VAR_EXT_RESET'],
          varianceReasons: ['VAR_INTEGR'],
          until: UNTIL,
        },
      ),
    );
    return { ...counts, rows: (await Array.fromAsync(differencesOf(mirror))).flat() };
  });
}
const t0 = new AbortController().signal;

function keyOf({ difference, is_covered, held, is_set, ...causes }: ComparedRow) {
  return { difference, isCovered: is_covered, held, isSet: is_set, causes };
}
