/** Formats single rows of Retail Pro's Reset Inventory File, as bytes with their newline. */
import type { Facility } from '../world/facility.ts';
import type { BadRow } from './flaw.ts';

export const RESET_HEADER =
  'externalFacilityId,facilityId,locationSeqId,idType,idValue,availableQty,comments\n';

/** The location of every store's stock. */
export const LOCATION = 'TLTLTLLL01';
/** A store that Retail Pro has and the OMS does not. */
const UNKNOWN_STORE = { externalId: '999', facilityId: 'STORE_999' };

/** Returns the beginning of every row of a facility, up to the product. */
export function rowStart(
  { externalId, facilityId }: Pick<Facility, 'externalId' | 'facilityId'>,
  location = LOCATION,
): string {
  return `${externalId},${facilityId},${location},SKU,`;
}

export function goodRow(facility: Facility, sku: string, units: number): string {
  return `${rowStart(facility)}${sku},${units},${commentFor(sku, units)}\n`;
}

/** Returns a row with a count at one of several locations of the store. */
export function locatedRow(
  facility: Facility,
  sku: string,
  { location, units }: { readonly location: string; readonly units: number },
): string {
  return `${rowStart(facility, location)}${sku},${units},\n`;
}

export function badRow(facility: Facility, sku: string, badness: BadRow): string {
  const start = `${rowStart(facility)}${sku}`;
  switch (badness) {
    case 'exponent_quantity':
      return `${start},1E+05,\n`;
    case 'decimal_quantity':
      return `${start},12.5,\n`;
    case 'empty_quantity':
      return `${start},,\n`;
    case 'nul_byte':
      return `${start},7,\0\n`;
    case 'missing_column':
      return `${start},7\n`;
    case 'extra_column':
      return `${start},7,,\n`;
  }
}

export function unknownStoreRow(sku: string): string {
  return `${rowStart(UNKNOWN_STORE)}${sku},3,\n`;
}

/** Returns an occasional comment with a comma and quotes, which the CSV must preserve. */
function commentFor(sku: string, units: number): string {
  if (units < 0) return '"sold before receipt, check ""RECV"""';
  return units > 0 && units % 29 === 0 && sku.endsWith('5') ? '"recount, aisle 4"' : '';
}
