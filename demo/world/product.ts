/**
 * Generates the products: a few sold online, some near misses, and many that are not. Ids are text that breaks if it
 * is read as a number: leading zeros, `1E+05`, and inactive products whose SKU is the number that an active one's SKU
 * would become.
 */
import type { Random } from './random.ts';

/** Each lacks exactly one property of an active product. */
export const NEAR_MISSES = [
  'virtual',
  'discontinued',
  'not_introduced',
  'not_in_shop',
  'expired_identification',
  'not_physical',
  'look_alike',
] as const;
export type NearMiss = (typeof NEAR_MISSES)[number];

export interface Product {
  readonly productId: string;
  /** The SKU as Retail Pro writes it; the OMS's `good_identification` of type SKU. */
  readonly sku: string;
  readonly kind: 'active' | 'ordinary' | NearMiss;
  /** The product's former SKU, which another product has now. */
  readonly formerSku: string | null;
}

export interface ProductRange {
  /** The products in the order in which Retail Pro writes them. */
  readonly products: readonly Product[];
  /** SKUs that Retail Pro has and the OMS has never had. */
  readonly retailproOnlySkus: readonly string[];
}

const RETAILPRO_ONLY_SKU_COUNT = 12;

/**
 * Generates the products.
 * @throws RangeError if there are fewer products than active ones
 */
export function makeProducts(random: Random, productCount: number, activeCount: number): ProductRange {
  if (activeCount > productCount) {
    throw new RangeError(`a world of ${productCount} products cannot have ${activeCount} active ones`);
  }
  const takeSku = skuSource(random);
  const nearMissCount = Math.min(
    productCount - activeCount,
    NEAR_MISSES.length * Math.max(1, Math.round(activeCount / 10)),
  );
  const places = distinctPlaces(random, activeCount + nearMissCount, productCount);
  const special = new Map<number, Pick<Product, 'kind' | 'sku'>>();
  const activeSkus: string[] = [];
  for (const [ordinal, place] of places.slice(0, activeCount).entries()) {
    const sku = takeSku(activeSku(random, ordinal));
    activeSkus.push(sku);
    special.set(place, { kind: 'active', sku });
  }
  for (const [ordinal, place] of places.slice(activeCount).entries()) {
    const kind = NEAR_MISSES[ordinal % NEAR_MISSES.length] ?? 'virtual';
    const twin = activeSkus[Math.floor(ordinal / NEAR_MISSES.length)];
    const wanted = kind === 'look_alike' && twin !== undefined ? String(Number(twin)) : null;
    special.set(place, { kind, sku: takeSku(wanted) });
  }
  const products: Product[] = [];
  for (let index = 0; index < productCount; index++) {
    const { kind, sku } = special.get(index) ?? { kind: 'ordinary' as const, sku: takeSku(null) };
    products.push({ productId: productIdOf(index), sku, kind, formerSku: null });
  }
  return {
    products: withFormerSkus(products),
    retailproOnlySkus: Array.from({ length: RETAILPRO_ONLY_SKU_COUNT }, () => takeSku(null)),
  };
}

/** Returns whether the SKU looks damaged to a reader. */
export function isOddSku(sku: string): boolean {
  return /^0|E\+/.test(sku);
}

function productIdOf(index: number): string {
  if (index % 997 === 5) return `${1 + (index % 9)}E+${index}`;
  if (index % 10 === 3) return `00${index}`;
  return String(1_000_000 + index);
}

/**
 * Returns an SKU written like a number with an exponent for the first of every sixteen active products, and one with
 * leading zeros for the second of every four.
 */
function activeSku(random: Random, ordinal: number): string | null {
  if (ordinal % 16 === 0) return `${random.integer(1, 9)}E+0${random.integer(4, 7)}`;
  if (ordinal % 4 === 1) return `00${random.integer(100_000, 999_999)}`;
  return null;
}

/** Returns a source of unique SKUs: the wanted one if it is free, else the next of a sequence of eight digits. */
function skuSource(random: Random): (wanted: string | null) => string {
  const taken = new Set<string>();
  // The step shares no factor with their number, so the sequence repeats only after all numbers of eight digits.
  const step = 7919;
  let place = random.integer(0, 89_999_999);
  const draw = () => {
    place = (place + step) % 90_000_000;
    return String(10_000_000 + place);
  };
  return (wanted) => {
    let sku = wanted ?? draw();
    while (taken.has(sku)) sku = draw();
    taken.add(sku);
    return sku;
  };
}

function distinctPlaces(random: Random, count: number, below: number): readonly number[] {
  // Where most places are wanted, drawing until a free one comes up would take long.
  if (count * 2 > below)
    return random.shuffle(Array.from({ length: below }, (_, place) => place)).slice(0, count);
  const places = new Set<number>();
  while (places.size < count) places.add(random.integer(0, below - 1));
  return [...places];
}

/** Gives each third active product a former SKU that an ordinary product has now. */
function withFormerSkus(products: readonly Product[]): readonly Product[] {
  const reused = products.filter(({ kind }) => kind === 'ordinary').map(({ sku }) => sku);
  let activeOrdinal = 0;
  return products.map((product) => {
    if (product.kind !== 'active') return product;
    const formerSku = activeOrdinal % 3 === 0 ? (reused[activeOrdinal] ?? null) : null;
    activeOrdinal++;
    return { ...product, formerSku };
  });
}
