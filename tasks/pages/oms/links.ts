/** The addresses of the pages on changes and items. */

/** `/items/SKU-1?facility=F1`; the name of an item may hold any character. */
export function itemHref(name: string, facilityId: string | null = null): string {
  const query = facilityId === null ? '' : `facility=${encodeURIComponent(facilityId)}`;
  // A browser takes `/items/..` for `/`, and a path with nothing behind it for the search.
  if (/^\.{0,2}$/.test(name))
    return `/items?sku=${encodeURIComponent(name)}${query === '' ? '' : `&${query}`}`;
  return `/items/${encodeURIComponent(name)}${query === '' ? '' : `?${query}`}`;
}

export interface ChangesQuery {
  /** Null for the night that was applied last. */
  readonly runId: number | null;
  readonly sku?: string | null;
  readonly facility?: string | null;
  readonly limit?: number;
}

export function changesHref({ runId, ...filters }: ChangesQuery): string {
  return withQuery(runId === null ? '/changes' : `/changes/${runId}`, filters);
}

export function changesCsvHref({ runId, ...filters }: Omit<ChangesQuery, 'limit'>): string {
  return withQuery('/changes.csv', { run: runId, ...filters });
}

function withQuery(
  path: string,
  values: Readonly<Record<string, string | number | null | undefined>>,
): string {
  const query = new URLSearchParams(
    Object.entries(values).flatMap(([name, value]) => (value == null ? [] : [[name, String(value)]])),
  );
  return query.size === 0 ? path : `${path}?${query}`;
}
