/**
 * The reference world: an OMS, the stores' Retail Pro and the true stock, generated from a seed. It shares no
 * arithmetic with the sync, so that it can verify the sync's counts.
 */
import { createHash } from 'node:crypto';
import { type FileFlaws, type FlawCounts, spreadFlaws, usualFlawCounts } from '../retailpro/flaw.ts';
import type { StockEvent } from './event.ts';
import { type Facility, makeFacilities, storesOf } from './facility.ts';
import { makeNight, type WorldNight } from './night.ts';
import { isOddSku, makeProducts, type Product, type ProductRange } from './product.ts';
import { makeRandom, type Random } from './random.ts';
import { outcomeDeck } from './shipment_story.ts';
import { keyText, type StockKey } from './stock_key.ts';
import { generateRetailproOnlyStory, generateSharedKeyStory } from './story.ts';
import { deriveTruth, type Truth } from './truth.ts';

export interface WorldOptions {
  readonly seed?: string;
  readonly products?: number;
  /** The number of stores; the online warehouse is added to them. */
  readonly facilities?: number;
  readonly activeProducts?: number;
  /** Inactive products that have an item at one facility in the OMS. */
  readonly stockedInactiveProducts?: number;
  readonly businessDate?: Temporal.PlainDate;
  /** An IANA time zone. */
  readonly timezone?: string;
  /** Overrides the default counts for the number of active keys. */
  readonly flaws?: Partial<FlawCounts>;
}

export interface World {
  readonly seed: string;
  readonly night: WorldNight;
  /** The OMS's facilities: the stores in the order of the file, then the warehouse. */
  readonly facilities: readonly Facility[];
  /** The facilities that Retail Pro counts. */
  readonly stores: readonly Facility[];
  readonly products: readonly Product[];
  readonly activeProducts: readonly Product[];
  readonly retailproOnlySkus: readonly string[];
  readonly events: readonly StockEvent[];
  readonly flaws: FileFlaws;
  readonly truth: Truth;
  /** 64 hex digits that identify all of the above. */
  readonly fingerprint: string;
}

/** Share of active keys at stores without an inventory item in the OMS. */
const RETAILPRO_ONLY_SHARE = 0.03;

/**
 * Generates the world; the same options always give the same world.
 * @throws RangeError on sizes that do not fit together
 */
export function makeWorld(options: WorldOptions = {}): World {
  const {
    seed = 'stockflow',
    products: productCount = 100_000,
    facilities: storeCount = 70,
    activeProducts: activeCount = 34,
    stockedInactiveProducts = Math.floor(productCount / 50),
    businessDate = Temporal.PlainDate.from('2026-06-18'),
    timezone = 'America/New_York',
  } = options;
  const random = makeRandom(seed);
  const night = makeNight(businessDate, timezone);
  const facilities = makeFacilities(random.fork('facilities'), storeCount);
  const range = makeProducts(random.fork('products'), productCount, activeCount);
  const keys = keysOf(facilities, range);
  const storeIds = storesOf(facilities).map(({ facilityId }) => facilityId);

  const atStores = keys.filter(({ facilityId }) => storeIds.includes(facilityId));
  const retailproOnly = new Set(
    random
      .fork('keys without an item')
      .shuffle(atStores.map(keyText))
      .slice(0, Math.round(atStores.length * RETAILPRO_ONLY_SHARE)),
  );
  const dealOutcome = outcomeDeck(random.fork('outcomes'));
  const odd = new Set(range.products.filter(({ sku }) => isOddSku(sku)).map(({ productId }) => productId));
  const stocked = stockedInactiveKeys(random.fork('inactive stock'), range, storeIds);
  const events = [...keys, ...stocked.slice(0, stockedInactiveProducts)].flatMap((key) => {
    const pace = odd.has(key.productId) ? ('slow' as const) : ('usual' as const);
    const setting = { random: random.fork(keyText(key)), night, pace, dealOutcome, storeIds };
    return retailproOnly.has(keyText(key))
      ? generateRetailproOnlyStory(setting, key)
      : generateSharedKeyStory(setting, key);
  });
  const flawCounts = { ...usualFlawCounts(atStores.length), ...options.flaws };
  const flaws = spreadFlaws(random.fork('file flaws'), atStores.map(keyText), flawCounts);
  return assembleWorld({ seed, night, facilities, range, events, flaws });
}

export interface WorldParts {
  readonly seed: string;
  readonly night: WorldNight;
  readonly facilities: readonly Facility[];
  readonly range: ProductRange;
  readonly events: readonly StockEvent[];
  readonly flaws: FileFlaws;
}

/** Assembles a world from given parts and derives its truth: for hand-written stories and for generated nights. */
export function assembleWorld(parts: WorldParts): World {
  const { seed, night, facilities, range, events, flaws } = parts;
  const stores = storesOf(facilities);
  const storeIds = new Set(stores.map(({ facilityId }) => facilityId));
  const truth = deriveTruth({
    night,
    events,
    activeKeys: keysOf(facilities, range),
    isStore: (facilityId) => storeIds.has(facilityId),
    flaws,
  });
  return {
    seed,
    night,
    facilities,
    stores,
    products: range.products,
    activeProducts: range.products.filter(({ kind }) => kind === 'active'),
    retailproOnlySkus: range.retailproOnlySkus,
    events,
    flaws,
    truth,
    fingerprint: fingerprintOf(parts),
  };
}

/** Returns every active product at every facility, facility by facility. */
function keysOf(facilities: readonly Facility[], { products }: ProductRange): readonly StockKey[] {
  const active = products.filter(({ kind }) => kind === 'active');
  return facilities.flatMap(({ facilityId }) => active.map(({ productId }) => ({ facilityId, productId })));
}

function stockedInactiveKeys(
  random: Random,
  { products }: ProductRange,
  storeIds: readonly string[],
): readonly StockKey[] {
  return random
    .shuffle(products.filter(({ kind }) => kind !== 'active'))
    .map(({ productId }) => ({ productId, facilityId: random.pick(storeIds) }));
}

function fingerprintOf({ night, facilities, range, events, flaws }: WorldParts): string {
  const hash = createHash('sha256');
  hash.update(
    JSON.stringify([night.businessDate.toString(), night.timezone, night.snapshotAtMs, facilities]),
  );
  hash.update(JSON.stringify([range, [...flaws.missing], [...flaws.badRows], flaws]));
  hash.update(JSON.stringify(events));
  return hash.digest('hex');
}
