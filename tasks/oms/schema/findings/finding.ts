/** One thing about an OMS that a night would stumble over. */
import { quoted } from '../catalog/quoted.ts';
import { SCHEMA, type Severity } from '../required/table.ts';

export interface OmsFinding {
  /**
   * `blocks`: a night fails, or would post wrong counts. `risk`: nights work, slowly or only as long as nothing odd happens.
   * `note`: worth knowing, and no reason to wait.
   */
  readonly severity: Severity;
  /** `table`, `table.column`, or the part of the server. */
  readonly where: string;
  readonly found: string;
  /** The advice, in words. */
  readonly fix: string;
  /** The advice as SQL, for the owner of the table; null where SQL alone does not do it. */
  readonly sql: string | null;
}

/** Returns the table's name for SQL: `oms.product`. */
export function nameOf(table: string): string {
  return `${SCHEMA}.${quoted(table)}`;
}

export function counted(count: number, noun: string): string {
  return `${count.toLocaleString('en-US')} ${noun}${count === 1 ? '' : 's'}`;
}
