/** Where every data row of a file went. Nothing may vanish: `rowsIn` is the sum of the other four. */
export interface RowAccount {
  readonly rowsIn: number;
  readonly kept: number;
  /** Well-formed rows of ids that are not active. */
  readonly dropped: number;
  readonly rejected: number;
  /** Repeats of a kept row's key with the same quantity. */
  readonly collapsed: number;
}

/** @throws Error where the sum does not hold, which is a fault of the program and never of the file */
export function assertConserved(account: RowAccount): void {
  const out = account.kept + account.dropped + account.rejected + account.collapsed;
  if (out !== account.rowsIn) {
    throw new Error(
      `rows are not conserved: ${account.rowsIn} in; ${account.kept} kept + ${account.dropped} dropped + ` +
        `${account.rejected} rejected + ${account.collapsed} collapsed = ${out}`,
    );
  }
}
