/** What a count belongs to: a product at a facility. */
export interface StockKey {
  readonly facilityId: string;
  readonly productId: string;
}

/** The key as text, for maps and messages: `STORE_007/1000042`. */
export function keyText({ facilityId, productId }: StockKey): string {
  return `${facilityId}/${productId}`;
}
