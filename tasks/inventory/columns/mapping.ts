/**
 * Maps each meaning of a column to its header name. Kept apart from the schema of the `columns` param, because the
 * scanning thread needs the mapping and should not load the validation library.
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

/** The columns of one kind of file: all that it may have, in the order they are written, and the required ones. */
export interface ColumnPlan<Meaning extends string = string> {
  readonly meanings: readonly Meaning[];
  /** At least one column of each group is required. */
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
