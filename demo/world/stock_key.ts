/** The key of a count: a product at a facility. */
export interface StockKey {
  readonly facilityId: string;
  readonly productId: string;
}

/** Formats the key for maps and messages: `STORE_007/1000042`. */
export function keyText({ facilityId, productId }: StockKey): string {
  return `${facilityId}/${productId}`;
}
