/** Counts of occurrences by name. */
export type CountByName = Readonly<Record<string, number>>;

export function countByName(names: Iterable<string>): CountByName {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

/** Adds up counts, with names in alphabetical order. */
export function addCounts(counts: readonly CountByName[]): CountByName {
  const sums = new Map<string, number>();
  for (const [name, count] of counts.flatMap((counts) => Object.entries(counts)))
    sums.set(name, (sums.get(name) ?? 0) + count);
  return Object.fromEntries([...sums].toSorted(([one], [other]) => (one < other ? -1 : 1)));
}
