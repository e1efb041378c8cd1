import type { Random } from './random.ts';

export interface Facility {
  readonly facilityId: string;
  /** Retail Pro's number of the store, with its leading zeros. */
  readonly externalId: string;
  readonly facilityName: string;
  /** A warehouse has no Retail Pro: its keys are never in the file. */
  readonly facilityTypeId: 'RETAIL_STORE' | 'WAREHOUSE';
  /** An IANA time zone. */
  readonly timezone: string;
}

const TIMEZONES = [
  'America/New_York',
  'America/New_York',
  'America/Chicago',
  'America/Denver',
  'America/Los_Angeles',
];

/** Returns `storeCount` stores, and one warehouse at the end. */
export function makeFacilities(random: Random, storeCount: number): readonly Facility[] {
  const stores = Array.from({ length: storeCount }, (_, index): Facility => {
    const externalId = String(index + 1).padStart(3, '0');
    return {
      facilityId: `STORE_${externalId}`,
      externalId,
      facilityName: `Store ${externalId}`,
      facilityTypeId: 'RETAIL_STORE',
      timezone: random.pick(TIMEZONES),
    };
  });
  const warehouse: Facility = {
    facilityId: 'WAREHOUSE_1',
    externalId: 'W01',
    facilityName: 'Online warehouse',
    facilityTypeId: 'WAREHOUSE',
    timezone: 'America/New_York',
  };
  return [...stores, warehouse];
}

/** Returns the facilities that Retail Pro counts. */
export function storesOf(facilities: readonly Facility[]): readonly Facility[] {
  return facilities.filter((facility) => facility.facilityTypeId === 'RETAIL_STORE');
}
