/**
 * Random nights against a model that keeps the stock on the shelf itself. It has no ledger, variance or difference;
 * Retail Pro's file is what Retail Pro had booked by the snapshot.
 */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { assertProven } from '../assert_proven.ts';
import { type CountRow, itemId, type NightOptions, type OmsWorld, runOf } from '../oms_world.ts';

const FACILITIES = ['F1', 'F2', 'F3'] as const;
const PRODUCTS = ['P1', 'P2'] as const;
const KEYS = FACILITIES.flatMap((facility) => PRODUCTS.map((product) => ({ facility, product })));
export const NIGHTS = ['2026-03-10', '2026-03-11'] as const;

// Minutes from 2026-03-09T00:00Z; the first night's snapshot is at 03:00 of the 10th.
const DAY = 24 * 60;
const START = Temporal.Instant.from('2026-03-09T00:00:00Z');
const snapshotMinute = (night: number) => DAY + 180 + night * DAY;
const FREEZE_AFTER = 120;
const RESET_AFTER = 150;
const VARIANCE_AFTER = 210;

interface Key {
  readonly facility: string;
  readonly product: string;
}
interface Sale extends Key {
  readonly kind: 'sale';
  readonly minute: number;
  readonly quantity: number;
}
/** Found and corrected in Retail Pro at once; the OMS never learns of it. */
interface Theft extends Key {
  readonly kind: 'theft';
  readonly minute: number;
  readonly quantity: number;
}
interface Shipment extends Key {
  readonly kind: 'shipment';
  readonly minute: number;
  readonly quantity: number;
  readonly cancelled: number;
  readonly posting: null | {
    readonly facility: string;
    readonly sentAfter: number;
    /** Null if Retail Pro never books it. */
    readonly bookedAfter: number | null;
    readonly answeredAfter: number;
    /** Whether the answer has the time of booking. */
    readonly saysWhen: boolean;
  };
}
type Event = Sale | Theft | Shipment;

const key = {
  facility: fc.constantFrom(...FACILITIES),
  product: fc.constantFrom(...PRODUCTS),
  // Mostly around the snapshots and the night's tasks, where a minute decides.
  minute: fc.oneof(
    fc.integer({ min: 0, max: snapshotMinute(1) + VARIANCE_AFTER }),
    ...[0, 1].map((night) =>
      fc.integer({ min: snapshotMinute(night) - 210, max: snapshotMinute(night) + VARIANCE_AFTER }),
    ),
  ),
  quantity: fc.integer({ min: 1, max: 9 }),
};
const delay = fc.oneof(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 2000 }));
const event: fc.Arbitrary<Event> = fc.oneof(
  fc.record({ kind: fc.constant('sale' as const), ...key }),
  fc.record({ kind: fc.constant('theft' as const), ...key }),
  fc.record({
    kind: fc.constant('shipment' as const),
    ...key,
    cancelled: fc.constantFrom(0, 0, 1),
    posting: fc.option(
      fc.record({
        facility: fc.constantFrom(...FACILITIES),
        sentAfter: delay,
        bookedAfter: fc.option(delay, { nil: null, freq: 4 }),
        answeredAfter: delay,
        saysWhen: fc.boolean(),
      }),
      { nil: null, freq: 3 },
    ),
  }),
);
export const scenario = fc.record({
  events: fc.array(event, { minLength: 4, maxLength: 22 }),
  opening: fc.array(fc.integer({ min: 0, max: 30 }), { minLength: KEYS.length, maxLength: KEYS.length }),
  /** For each night: the keys in Retail Pro's file, and how long before the others F2 was counted. */
  covered: fc.array(fc.array(fc.boolean(), { minLength: KEYS.length, maxLength: KEYS.length }), {
    minLength: 2,
    maxLength: 2,
  }),
  earlierF2: fc.array(fc.constantFrom(0, 45, 200), { minLength: 2, maxLength: 2 }),
});
type Scenario = typeof scenario extends fc.Arbitrary<infer T> ? T : never;

const at = (minute: number) => START.add({ minutes: minute }).toString();

/** Returns the instants at which each fact about a posting became known. */
function timesOf({ minute, posting }: Shipment) {
  if (posting === null) return null;
  const sent = minute + posting.sentAfter;
  const booked = posting.bookedAfter === null ? null : sent + posting.bookedAfter;
  return { sent, booked, answered: booked === null ? null : booked + posting.answeredAfter };
}

/** Called with the night's file, when everything up to the freeze has happened. */
export type BeforeFreeze = (rows: readonly CountRow[], night: NightOptions) => Promise<void>;

export class Simulation {
  readonly #oms: OmsWorld;
  readonly #scenario: Scenario;
  readonly #beforeFreeze: BeforeFreeze;
  /** The expected count of the OMS by key: its own bookkeeping until a night sets it. */
  readonly #due = new Map<string, number>();
  #clock = -1;

  constructor(oms: OmsWorld, given: Scenario, beforeFreeze: BeforeFreeze) {
    this.#beforeFreeze = beforeFreeze;
    this.#oms = oms;
    this.#scenario = given;
  }

  async open(): Promise<void> {
    for (const facility of FACILITIES) await this.#oms.facility(facility);
    for (const product of PRODUCTS) await this.#oms.product(product);
    for (const [index, { facility, product }] of KEYS.entries()) {
      await this.#oms.stock(facility, product, this.#scenario.opening[index] ?? 0);
      this.#due.set(itemId(facility, product), this.#scenario.opening[index] ?? 0);
    }
  }

  /** Lets all events up to a minute happen, in order. */
  async advance(minute: number): Promise<void> {
    const isDue = (time: number | null) => time !== null && time > this.#clock && time <= minute;
    for (const [index, what] of this.#scenario.events.entries()) {
      const { facility, product } = what;
      if (isDue(what.minute) && what.kind === 'sale') {
        await this.#oms.move(facility, product, -what.quantity, at(what.minute));
      }
      if (what.kind !== 'shipment') {
        if (isDue(what.minute) && what.kind === 'sale') this.#add(what, -what.quantity);
        continue;
      }
      const net = what.quantity - what.cancelled;
      if (isDue(what.minute)) {
        const { quantity, cancelled } = what;
        await this.#oms.ship({
          id: `S${index}`,
          facility,
          product,
          quantity,
          cancelled,
          at: at(what.minute),
        });
        this.#add(what, -net);
      }
      const times = timesOf(what);
      if (times === null || what.posting === null) continue;
      if (isDue(times.sent)) {
        const store = what.posting.facility;
        await this.#oms.posting({
          id: `I${index}`,
          of: `S${index}`,
          facility: store,
          product,
          diff: -net,
          sent: at(times.sent),
        });
      }
      if (isDue(times.booked) && what.posting.saysWhen)
        await this.#learn(index, 'external_posted_at', times.booked);
      if (isDue(times.answered)) await this.#learn(index, 'response_at', times.answered);
    }
    this.#clock = minute;
  }

  async #learn(
    index: number,
    column: 'external_posted_at' | 'response_at',
    minute: number | null,
  ): Promise<void> {
    await this.#oms.pool.query(
      `update oms.external_inventory_posting set ${column} = $2 where posting_id = $1`,
      [`I${index}`, at(minute ?? 0)],
    );
  }

  #add({ facility, product }: Key, quantity: number): void {
    const id = itemId(facility, product);
    this.#due.set(id, (this.#due.get(id) ?? 0) + quantity);
  }

  /** Returns Retail Pro's count of a key: sales and thefts at once, shipments where and when it books them. */
  #retailProCount({ facility, product }: Key, minute: number): number {
    let count =
      this.#scenario.opening[KEYS.findIndex((k) => k.facility === facility && k.product === product)] ?? 0;
    for (const what of this.#scenario.events) {
      if (what.product !== product) continue;
      if (what.kind !== 'shipment') {
        if (what.facility === facility && what.minute <= minute) count -= what.quantity;
        continue;
      }
      const booked = timesOf(what)?.booked ?? null;
      if (what.posting?.facility === facility && booked !== null && booked <= minute) {
        count -= what.quantity - what.cancelled;
      }
    }
    return count;
  }

  /** Returns the true stock at `minute`, plus what the OMS has recorded of later events by `now`. */
  #shelf({ facility, product }: Key, minute: number, now: number): number {
    let count =
      this.#scenario.opening[KEYS.findIndex((k) => k.facility === facility && k.product === product)] ?? 0;
    for (const what of this.#scenario.events) {
      if (what.product !== product || what.facility !== facility || what.minute > now) continue;
      if (what.minute > minute && what.kind === 'theft') continue;
      count -= what.kind === 'shipment' ? what.quantity - what.cancelled : what.quantity;
    }
    return count;
  }

  /** Returns keys for which the knowledge at the freeze leaves open whether a posting is in the count. */
  #unknowable(snapshotOf: (facility: string) => number, frozenAt: number): Set<string> {
    const keys = new Set<string>();
    for (const what of this.#scenario.events) {
      if (what.kind !== 'shipment') continue;
      const times = timesOf(what);
      if (times === null || what.posting === null || times.sent > frozenAt) continue;
      const snapshot = snapshotOf(what.posting.facility);
      const isTold = what.posting.saysWhen && times.booked !== null && times.booked <= frozenAt;
      const isAnswered = times.answered !== null && times.answered <= snapshot;
      if (isTold || isAnswered || times.sent > snapshot) continue;
      keys.add(itemId(what.facility, what.product)).add(itemId(what.posting.facility, what.product));
    }
    return keys;
  }

  async night(night: 0 | 1): Promise<void> {
    const snapshot = snapshotMinute(night);
    const snapshotF2 = snapshot - (this.#scenario.earlierF2[night] ?? 0);
    const snapshotOf = (facility: string) => (facility === 'F2' ? snapshotF2 : snapshot);
    const facts = { snapshot_at: at(snapshot), facilities: { F2: at(snapshotF2) } };
    const overrides = runOf(NIGHTS[night]);
    const covered = KEYS.filter((_, index) => this.#scenario.covered[night]?.[index]);
    const rows = covered.map(
      (k): CountRow => [k.facility, `SKU-${k.product}`, this.#retailProCount(k, snapshotOf(k.facility))],
    );

    await this.advance(snapshot + FREEZE_AFTER);
    await this.#beforeFreeze(rows, { snapshot: facts, overrides });
    const frozen = await this.#oms.freeze({ snapshot: facts, overrides });
    if (rows.length === 0) return;
    await this.advance(snapshot + RESET_AFTER);
    await this.#oms.reset(await this.#oms.resetFile(rows, facts), { overrides });
    await this.advance(snapshot + VARIANCE_AFTER);
    await this.#oms.applyVariance(frozen, { overrides });

    const held = this.#unknowable(snapshotOf, snapshot + FREEZE_AFTER);
    for (const k of covered) {
      if (held.has(itemId(k.facility, k.product))) continue;
      this.#due.set(itemId(k.facility, k.product), this.#shelf(k, snapshotOf(k.facility), this.#clock));
    }
  }

  async assertCounts(businessDate: string): Promise<void> {
    const found: Record<string, number | undefined> = {};
    for (const { facility, product } of KEYS) {
      const onHand = await this.#oms.onHand(facility, product);
      found[itemId(facility, product)] = onHand?.qoh;
      assert.equal(onHand?.atp, onHand?.qoh);
    }
    assert.deepEqual(found, Object.fromEntries(this.#due));
    await assertProven(this.#oms, businessDate);
  }
}
