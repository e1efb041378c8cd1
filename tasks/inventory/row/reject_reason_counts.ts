import { REJECT_REASONS, type RejectReason } from '../scan/row/fields.ts';

/** Counts rejected rows by reason. */
export class RejectReasonCounts {
  total = 0;
  readonly #counts = new Map<RejectReason, number>();

  add(reason: RejectReason): void {
    this.total++;
    this.#counts.set(reason, (this.#counts.get(reason) ?? 0) + 1);
  }

  /** Returns the reasons that occurred, always in the same order. */
  byReason(): Partial<Record<RejectReason, number>> {
    return Object.fromEntries(
      REJECT_REASONS.filter((reason) => this.#counts.has(reason)).map((reason) => [
        reason,
        this.#counts.get(reason) ?? 0,
      ]),
    );
  }
}
