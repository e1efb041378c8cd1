/** Suggests the nearest of a few known words for an unknown one ("did you mean"). */

const MAX_LISTED = 30;

/** Returns the candidate nearest to `word`, ignoring case, if at most a third of its letters differ; else null. */
export function suggest(word: string, candidates: Iterable<string>): string | null {
  const most = Math.floor(word.length / 3);
  let best: string | null = null;
  let bestDistance = most + 1;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - word.length) >= bestDistance) continue;
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

/** Returns `, did you mean retries?`, or an empty string. */
export function didYouMean(word: string, candidates: Iterable<string>): string {
  const nearest = suggest(word, candidates);
  return nearest === null ? '' : `, did you mean ${nearest}?`;
}

/** Returns `, did you mean retries?`, or the known words: `; there are a, b`. */
export function didYouMeanOrList(word: string, known: readonly string[]): string {
  const nearest = didYouMean(word, known);
  if (nearest !== '') return nearest;
  return known.length === 0 ? '; there are none' : `; there are ${listing(known)}`;
}

/** Returns both the suggestion and the known words: `, did you mean export? There are export, filter`. */
export function didYouMeanAndList(word: string, known: readonly string[]): string {
  const nearest = didYouMean(word, known);
  if (known.length === 0) return '; there are none';
  return nearest === '' ? `; there are ${listing(known)}` : `${nearest} There are ${listing(known)}`;
}

function listing(known: readonly string[]): string {
  return known.length > MAX_LISTED ? `${known.slice(0, MAX_LISTED).join(', ')}, ...` : known.join(', ');
}

/**
 * Returns the number of insertions, deletions, substitutions and swaps of neighbours (optimal string alignment) that
 * turn a into b.
 */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row[j] = Math.min(
        at(last, j) + 1,
        at(row, j - 1) + 1,
        at(last, j - 1) + (same ? 0 : 1),
        swapped ? at(beforeLast, j - 2) + 1 : Number.POSITIVE_INFINITY,
      );
    }
    [beforeLast, last] = [last, row];
  }
  return at(last, b.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY;
}
