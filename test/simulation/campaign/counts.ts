/** Counts of occurrences by name. */
export type Tally = Readonly<Record<string, number>>;

export function tallyOf(names: Iterable<string>): Tally {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

/** Adds up tallies, with names in alphabetical order. */
export function addTallies(tallies: readonly Tally[]): Tally {
  const sums = new Map<string, number>();
  for (const [name, count] of tallies.flatMap((tally) => Object.entries(tally)))
    sums.set(name, (sums.get(name) ?? 0) + count);
  return Object.fromEntries([...sums].toSorted(([one], [other]) => (one < other ? -1 : 1)));
}
