/** The rate of an attempt's progress and the time that is left, from the amounts observed. */
import type { JsonObject } from '../value/json.ts';

/** Progress of a transfer or a loop; `total` is null while unknown. */
export interface Progress {
  readonly done: number;
  readonly total: number | null;
  readonly unit: 'bytes' | 'rows' | 'items';
}

/** The progress that a database row holds, or null where it holds none. */
export function readProgress(stored: JsonObject | null): Progress | null {
  if (stored === null) return null;
  const { done, total, unit } = stored;
  if (typeof done !== 'number' || (unit !== 'bytes' && unit !== 'rows' && unit !== 'items')) return null;
  return { done, total: typeof total === 'number' ? total : null, unit };
}

interface Seen {
  readonly done: number;
  readonly atMs: number;
}

/** Older observations no longer count. */
const WINDOW_MS = 10_000;

export class ProgressRate {
  #seen: readonly Seen[] = [];

  /** @param atMs of a clock that never goes back */
  observe(done: number, atMs: number): void {
    const last = this.#seen.at(-1);
    if (last !== undefined && done < last.done) this.#seen = [];
    if (done === last?.done) return;
    const recent = this.#seen.filter((seen, index, all) => (all[index + 1] ?? seen).atMs >= atMs - WINDOW_MS);
    this.#seen = [...recent, { done, atMs }];
  }

  /** Returns the rate per second; null before two different amounts were observed. */
  perSecond(): number | null {
    const [first] = this.#seen;
    const last = this.#seen.at(-1);
    if (first === undefined || last === undefined || last.atMs <= first.atMs) return null;
    return ((last.done - first.done) * 1_000) / (last.atMs - first.atMs);
  }
}

/** Returns the time in ms until all is done at this rate; null where the total or the rate is unknown, or all is done. */
export function remainingMs({ done, total }: Progress, perSecond: number | null): number | null {
  if (total === null || total <= done || perSecond === null || perSecond <= 0) return null;
  return ((total - done) / perSecond) * 1_000;
}

export interface Forecast {
  /** In the unit of the progress; null until two different amounts were observed. */
  readonly perSecond: number | null;
  readonly remainingMs: number | null;
}

/** The rates of many attempts, by a key of each; one that was not observed for a while is forgotten. */
export class ProgressRates {
  readonly #rates = new Map<string, { readonly rate: ProgressRate; readonly atMs: number }>();

  /** @param atMs of a clock that never goes back */
  observe(key: string, progress: Progress, atMs: number): Forecast {
    const rate = this.#rates.get(key)?.rate ?? new ProgressRate();
    rate.observe(progress.done, atMs);
    this.#rates.set(key, { rate, atMs });
    const perSecond = rate.perSecond();
    return { perSecond, remainingMs: remainingMs(progress, perSecond) };
  }

  /** Forgets the attempts that were not observed since `atMs`. */
  forgetBefore(atMs: number): void {
    for (const [key, seen] of this.#rates) if (seen.atMs < atMs) this.#rates.delete(key);
  }
}
