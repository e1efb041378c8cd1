/** The flaws of Retail Pro's file. All of them lie on rows of active products. */
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

/** Keys have the form of `keyText`; no key has two flaws. */
export interface FileFlaws {
  /** Keys that are missing from the file. */
  readonly missing: ReadonlySet<string>;
  /** Keys whose only row cannot be read. */
  readonly badRows: ReadonlyMap<string, BadRow>;
  /** Keys whose row is repeated byte for byte at the file's end. */
  readonly repeated: readonly string[];
  /** Keys with a second row and another count at the file's end. */
  readonly contradicted: readonly string[];
  /** Rows at the file's end for a store that the OMS does not have. */
  readonly unknownStoreRows: number;
}

/** The number of keys or rows with each flaw. */
export interface FlawCounts {
  readonly missing: number;
  readonly badRows: number;
  readonly repeated: number;
  readonly contradicted: number;
  readonly unknownStoreRows: number;
}

/**
 * Returns enough flaws for each kind to occur in a full file, with rejected rows well below 0.5 % of the active ones.
 */
export function usualFlawCounts(activeKeyCount: number): FlawCounts {
  return {
    missing: Math.round(activeKeyCount * 0.02),
    badRows: Math.floor(activeKeyCount / 475),
    repeated: activeKeyCount < 20 ? 0 : 2,
    contradicted: activeKeyCount < 1000 ? 0 : 1,
    unknownStoreRows: activeKeyCount < 1000 ? 0 : 1,
  };
}

/**
 * Assigns flaws to keys.
 * @throws RangeError if there are more flaws than keys
 */
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
