import { findColumns } from '../columns/header_check.ts';
import { type ColumnMapping, RESET_COLUMNS } from '../columns/mapping.ts';

/** The 0-based columns of the fields in a row of a reset file. */
export interface ResetLayout {
  readonly columnCount: number;
  readonly facility: number;
  /** The column read if the first is empty; equal to it if the file has only one. */
  readonly otherFacility: number;
  readonly id: number;
  readonly quantity: number;
  /** -1 if the file has none. */
  readonly location: number;
}

/**
 * Returns the layout for the columns found.
 * @throws InvalidFileError if the header lacks a column, or has one twice
 */
export function layoutOf(
  header: readonly string[],
  columns: ColumnMapping<(typeof RESET_COLUMNS.meanings)[number]>,
  delimiter: string,
): ResetLayout {
  const found = findColumns(header, columns, RESET_COLUMNS, delimiter);
  const facility = found.externalFacilityId ?? found.facilityId;
  if (facility === undefined || found.idValue === undefined || found.availableQty === undefined) {
    throw new Error('a required column passed the header check and is not there');
  }
  return {
    columnCount: header.length,
    facility,
    otherFacility: found.facilityId ?? facility,
    id: found.idValue,
    quantity: found.availableQty,
    location: found.locationSeqId ?? -1,
  };
}

/**
 * Returns the leading columns that neighbouring rows share: the facility's, and those that follow it up to the first
 * one that differs from row to row.
 */
export function alikeColumns({ facility, otherFacility, id, quantity }: ResetLayout): {
  short: number;
  long: number;
} {
  const short = Math.max(facility, otherFacility) + 1;
  if (short > id) return { short: 0, long: 0 };
  return { short, long: quantity >= short && quantity < id ? quantity : id };
}
