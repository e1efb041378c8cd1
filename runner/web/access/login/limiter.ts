/** Limits attempts per key: a bucket holds so many at once, and gains one every `refillMs`. */

export interface LimiterOptions {
  readonly burst: number;
  readonly refillMs: number;
  /** The most keys in memory; beyond it the one that was used longest ago is forgotten. */
  readonly maxKeys: number;
}

interface Bucket {
  readonly level: number;
  readonly atMs: number;
}

export class AttemptLimiter {
  readonly #options: LimiterOptions;
  /** From the one used longest ago to the one used last. */
  readonly #buckets = new Map<string, Bucket>();

  constructor(options: LimiterOptions) {
    this.#options = options;
  }

  /** Counts one attempt. @returns 0 where it is allowed, else the time in ms until the next one will be */
  take(key: string, nowMs: number): number {
    const { burst, refillMs, maxKeys } = this.#options;
    const before = this.#buckets.get(key) ?? { level: burst, atMs: nowMs };
    const level = Math.min(burst, before.level + Math.max(0, nowMs - before.atMs) / refillMs);
    const isAllowed = level >= 1;
    this.#buckets.delete(key);
    this.#buckets.set(key, { level: isAllowed ? level - 1 : level, atMs: nowMs });
    for (const oldest of this.#buckets.keys()) {
      if (this.#buckets.size <= maxKeys) break;
      this.#buckets.delete(oldest);
    }
    return isAllowed ? 0 : Math.ceil((1 - level) * refillMs);
  }

  /** Gives back the attempt that succeeded. */
  giveBack(key: string): void {
    const bucket = this.#buckets.get(key);
    if (bucket === undefined) return;
    this.#buckets.set(key, { ...bucket, level: Math.min(this.#options.burst, bucket.level + 1) });
  }

  get size(): number {
    return this.#buckets.size;
  }
}
