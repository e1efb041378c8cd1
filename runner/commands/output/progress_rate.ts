/** The rate of progress, from the amounts observed. */
import type { JsonObject } from '../../core/value/json.ts';
import type { Progress } from '../../task.ts';
import { bytesText, countText, spanText } from '../../view/time_text.ts';

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

/** `120 MB of 293 MB (40%), 61 MB/s, 3s left` */
export function progressText({ done, total, unit }: Progress, perSecond: number | null): string {
  const amount = (count: number) => (unit === 'bytes' ? bytesText(count) : countText(count));
  const noun = unit === 'bytes' ? '' : ` ${unit}`;
  const share = total === null || total === 0 ? '' : ` (${Math.floor((done / total) * 100)}%)`;
  const whole = total === null ? '' : ` of ${amount(total)}`;
  const parts = [`${amount(done)}${whole}${noun}${share}`];
  if (perSecond !== null && perSecond > 0) {
    parts.push(`${amount(perSecond)}${noun}/s`);
    if (total !== null && total > done) parts.push(`${spanText(((total - done) / perSecond) * 1_000)} left`);
  }
  return parts.join(', ');
}

/** The progress that a database row holds, or null where it holds none. */
export function readProgress(stored: JsonObject | null): Progress | null {
  if (stored === null) return null;
  const { done, total, unit } = stored;
  if (typeof done !== 'number' || (unit !== 'bytes' && unit !== 'rows' && unit !== 'items')) return null;
  return { done, total: typeof total === 'number' ? total : null, unit };
}
