/**
 * The name under which a night's file is published: `reset_inventory_2026-03-10_0123456789ab.csv`. The same
 * content on the same night has the same name, other content another: nothing published is ever overwritten.
 */
export function publishedName(prefix: string, businessDate: Temporal.PlainDate, sha256: string): string {
  return `${prefix}_${businessDate.toString()}_${sha256.slice(0, 12)}.csv`;
}
