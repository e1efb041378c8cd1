/** Where Retail Pro's file is not what it should be. All flaws lie on rows of active products. */
import type { Random } from '../world/random.ts';

export const BAD_ROWS = [
  'exponent_quantity',
  'nul_byte',
  'missing_column',
  'decimal_quantity',
  'extra_column',
  'empty_quantity',
] as const;
export type BadRow = (typeof BAD_ROWS)[number];

/** Keys are in the form of `keyText`; no key has two flaws. */
export interface FileFlaws {
  /** Keys of which the file says nothing. */
  readonly missing: ReadonlySet<string>;
  /** Keys whose only row cannot be read. */
  readonly badRows: ReadonlyMap<string, BadRow>;
  /** Keys whose row comes a second time, byte for byte, at the file's end. */
  readonly repeated: readonly string[];
  /** Keys that have a second row with another count, at the file's end. */
  readonly contradicted: readonly string[];
  /** Rows at the file's end of a store the OMS does not have. */
  readonly unknownStoreRows: number;
}

/** How many keys or rows get each flaw. */
export interface FlawCounts {
  readonly missing: number;
  readonly badRows: number;
  readonly repeated: number;
  readonly contradicted: number;
  readonly unknownStoreRows: number;
}

/** So many that each kind occurs in a full file, and the rejected rows stay well below 0.5 % of the active ones. */
export function usualFlawCounts(activeKeyCount: number): FlawCounts {
  return {
    missing: Math.round(activeKeyCount * 0.02),
    badRows: Math.floor(activeKeyCount / 475),
    repeated: activeKeyCount < 20 ? 0 : 2,
    contradicted: activeKeyCount < 1000 ? 0 : 1,
    unknownStoreRows: activeKeyCount < 1000 ? 0 : 1,
  };
}

/** @throws RangeError where there are more flaws than keys to have them */
export function spreadFlaws(random: Random, keys: readonly string[], counts: FlawCounts): FileFlaws {
  const wanted = counts.missing + counts.badRows + counts.repeated + counts.contradicted;
  if (wanted > keys.length) throw new RangeError(`${wanted} flawed keys wanted among ${keys.length}`);
  const rest = random.shuffle(keys);
  const take = (count: number) => rest.splice(0, count);
  return {
    missing: new Set(take(counts.missing)),
    badRows: new Map(
      take(counts.badRows).map((key, index) => [key, BAD_ROWS[index % BAD_ROWS.length] ?? 'empty_quantity']),
    ),
    repeated: take(counts.repeated),
    contradicted: take(counts.contradicted),
    unknownStoreRows: counts.unknownStoreRows,
  };
}
