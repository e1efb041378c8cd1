/**
 * Returns the name under which a night's file is published: `reset_inventory_2026-03-10_0123456789ab.csv`. It
 * contains a hash of the content, so that a published file is never overwritten by another.
 */
export function publishedName(prefix: string, businessDate: Temporal.PlainDate, sha256: string): string {
  return `${prefix}_${businessDate.toString()}_${sha256.slice(0, 12)}.csv`;
}
