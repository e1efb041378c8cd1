/** The outcome of every data row of a file. No row may be lost: `rowsIn` is the sum of the other four. */
export interface RowAccount {
  readonly rowsIn: number;
  readonly kept: number;
  /** Well-formed rows of ids that are not active. */
  readonly dropped: number;
  readonly rejected: number;
  /** Rows that repeat a kept row's key with the same quantity. */
  readonly collapsed: number;
}

/**
 * Checks the sum.
 * @throws Error if it does not hold, which is a bug and never a fault of the file
 */
export function assertConserved(account: RowAccount): void {
  const out = account.kept + account.dropped + account.rejected + account.collapsed;
  if (out !== account.rowsIn) {
    throw new Error(
      `rows are not conserved: ${account.rowsIn} in; ${account.kept} kept + ${account.dropped} dropped + ` +
        `${account.rejected} rejected + ${account.collapsed} collapsed = ${out}`,
    );
  }
}
