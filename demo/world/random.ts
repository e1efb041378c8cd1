/**
 * Random numbers that are the same on every machine: sfc32 (Chris Doty-Humphrey's Small Fast Counter, 32 bit), seeded
 * by hashing a text, so that each part of the world can have its own named stream.
 */

export interface Random {
  /** Returns a uniform integer in [0, 2^32). */
  bits(): number;
  /** Returns a uniform integer, both ends included. */
  integer(low: number, high: number): number;
  chance(probability: number): boolean;
  /**
   * Returns a random item.
   * @throws RangeError on an empty list
   */
  pick<Item>(items: readonly Item[]): Item;
  /** Returns a copy in random order. */
  shuffle<Item>(items: readonly Item[]): Item[];
  /** Returns an independent stream: drawing from it does not change the draws of this one. */
  fork(name: string): Random;
}

export function makeRandom(seed: string): Random {
  const bits = sfc32(seed);
  const integer = (low: number, high: number) => low + Math.floor((bits() / 2 ** 32) * (high - low + 1));
  const pick = <Item>(items: readonly Item[]): Item => {
    const item = items[integer(0, items.length - 1)];
    if (item === undefined) throw new RangeError('cannot pick from an empty list');
    return item;
  };
  return {
    bits,
    integer,
    chance: (probability) => bits() / 2 ** 32 < probability,
    pick,
    shuffle: (items) =>
      items
        .map((item) => ({ item, order: bits() }))
        .sort((one, other) => one.order - other.order)
        .map(({ item }) => item),
    fork: (name) => makeRandom(`${seed}/${name}`),
  };
}

function sfc32(seed: string): () => number {
  let a = fnv1a(seed, 0x811c9dc5);
  let b = fnv1a(seed, 0x01000193);
  let c = fnv1a(seed, 0x9e3779b9);
  let counter = 1;
  const next = () => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  };
  // The first outputs still show the seed.
  for (let round = 0; round < 16; round++) next();
  return next;
}

function fnv1a(text: string, basis: number): number {
  let hash = basis | 0;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash | 0;
}
