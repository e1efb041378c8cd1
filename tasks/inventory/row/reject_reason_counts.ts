import { REJECT_REASONS, type RejectReason } from '../scan/row/fields.ts';

/** How many rows were rejected, by reason. */
export class RejectReasonCounts {
  total = 0;
  readonly #counts = new Map<RejectReason, number>();

  add(reason: RejectReason): void {
    this.total++;
    this.#counts.set(reason, (this.#counts.get(reason) ?? 0) + 1);
  }

  /** Only the reasons that occurred, always in the same order. */
  byReason(): Partial<Record<RejectReason, number>> {
    return Object.fromEntries(
      REJECT_REASONS.filter((reason) => this.#counts.has(reason)).map((reason) => [
        reason,
        this.#counts.get(reason) ?? 0,
      ]),
    );
  }
}
