/**
 * Which header name carries which meaning. Apart from the schema of the `columns` param, because the scanning thread needs
 * these and not a validation library.
 */

export const RESET_MEANINGS = [
  'externalFacilityId',
  'facilityId',
  'locationSeqId',
  'idType',
  'idValue',
  'availableQty',
  'comments',
] as const;
export const VARIANCE_MEANINGS = [
  'facilityId',
  'externalFacilityId',
  'idType',
  'idValue',
  'availableDelta',
  'locationSeqId',
  'varianceReasonId',
  'comments',
] as const;
export const DELTA_MEANINGS = [
  'facilityId',
  'externalFacilityId',
  'idType',
  'idValue',
  'availableDelta',
  'effectiveDate',
  'comments',
] as const;

export type ColumnMapping<Meaning extends string = string> = Readonly<Record<Meaning, string>>;

/** A kind of file: the columns it may have, in the order they are written, and the ones it cannot do without. */
export interface ColumnPlan<Meaning extends string = string> {
  readonly meanings: readonly Meaning[];
  /** Of each group one column at least must be there. */
  readonly required: readonly (readonly Meaning[])[];
}

export const RESET_COLUMNS: ColumnPlan<(typeof RESET_MEANINGS)[number]> = {
  meanings: RESET_MEANINGS,
  required: [['externalFacilityId', 'facilityId'], ['idValue'], ['availableQty']],
};

export const VARIANCE_COLUMNS: ColumnPlan<(typeof VARIANCE_MEANINGS)[number]> = {
  meanings: VARIANCE_MEANINGS,
  required: [['externalFacilityId', 'facilityId'], ['idValue'], ['availableDelta']],
};

export const DELTA_COLUMNS: ColumnPlan<(typeof DELTA_MEANINGS)[number]> = {
  meanings: DELTA_MEANINGS,
  required: [['externalFacilityId', 'facilityId'], ['idValue'], ['availableDelta'], ['effectiveDate']],
};
