import { assertConserved, type RowAccount } from '../../row/account.ts';
import { NO_QUANTITY } from '../../row/quantity.ts';
import { lineEnd } from '../bytes/line_end.ts';
import { type ByteEncoding, decodeText } from '../bytes/text.ts';
import { type CountedKey, SeenQuantities } from '../seen_quantities.ts';
import { REJECT_REASONS, type RejectReason } from './fields.ts';

const RAW_CHARACTERS = 500;

export interface RejectedRow {
  /** The line in the file, 1-based; the header is line 1. */
  readonly line: number;
  readonly reason: RejectReason;
  /** At most 500 characters of the row. */
  readonly raw: string;
}

/** Receives the rows that are not dropped. Bytes are views that are valid only during the call. */
export interface RowSink {
  /** Takes a kept row as it stands, including its line end; called in file order. */
  kept(bytes: Uint8Array): void;
  rejected(row: RejectedRow): void;
}

export interface RowFindings extends RowAccount {
  /** Keys (facility, id) with different quantities at one location; all their rows are among the kept. */
  readonly conflictingKeys: number;
  /** Keys with rows of several locations; all their rows are among the kept. */
  readonly keysAtSeveralLocations: number;
  readonly reasons: Readonly<Partial<Record<RejectReason, number>>>;
}

/** Records the outcome of each data row: kept, dropped, collapsed into an equal one, or rejected. */
export class RowOutcomes {
  /** Data rows begun so far; a row is counted before its outcome is recorded. */
  rowsIn = 0;
  /** Well-formed rows of ids that are not active. */
  dropped = 0;
  readonly #sink: RowSink;
  readonly #encoding: ByteEncoding;
  readonly #seen: SeenQuantities;
  readonly #reasons = new RejectReasonCounts();
  #kept = 0;
  #collapsed = 0;

  constructor(sink: RowSink, { encoding, activeCount }: { encoding: ByteEncoding; activeCount: number }) {
    this.#sink = sink;
    this.#encoding = encoding;
    this.#seen = new SeenQuantities(activeCount);
  }

  /** Takes a well-formed row of an active product; `facility` is -1 if it names none. */
  takeActive(row: Uint8Array, key: CountedKey): void {
    if (key.facility < 0 || key.quantity === NO_QUANTITY) {
      this.reject(key.facility < 0 ? 'no_facility' : 'bad_quantity', row);
      return;
    }
    if (this.#seen.note(key) === 'same') {
      this.#collapsed++;
      return;
    }
    this.#kept++;
    this.#sink.kept(row);
  }

  /** Keys with a usable row, by the facility's number. */
  get keysByFacility(): readonly (number | undefined)[] {
    return this.#seen.keysByFacility;
  }

  /** Returns the numbers of the active products without a usable row. */
  activeWithoutRow(): readonly number[] {
    return this.#seen.withoutRow();
  }

  reject(reason: RejectReason, row: Uint8Array): void {
    this.#reasons.add(reason);
    const head = row.subarray(0, Math.min(lineEnd(row, 0, row.length), RAW_CHARACTERS * 4));
    const raw = decodeText(head, this.#encoding).slice(0, RAW_CHARACTERS).toWellFormed();
    this.#sink.rejected({ line: this.rowsIn + 1, reason, raw });
  }

  /**
   * Returns the totals.
   * @throws Error if a row is in none of the counts
   */
  findings(): RowFindings {
    const account = {
      rowsIn: this.rowsIn,
      kept: this.#kept,
      dropped: this.dropped,
      rejected: this.#reasons.total,
      collapsed: this.#collapsed,
    };
    assertConserved(account);
    return {
      ...account,
      conflictingKeys: this.#seen.conflictingKeys,
      keysAtSeveralLocations: this.#seen.keysAtSeveralLocations,
      reasons: this.#reasons.byReason(),
    };
  }
}

/** Counts rejected rows by reason. */
class RejectReasonCounts {
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
