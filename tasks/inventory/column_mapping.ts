/** Which header name carries which meaning: the `columns` param, with HotWax's own names as defaults. */
import { z } from 'zod';

const RESET_MEANINGS = [
  'externalFacilityId',
  'facilityId',
  'locationSeqId',
  'idType',
  'idValue',
  'availableQty',
  'comments',
] as const;
const VARIANCE_MEANINGS = [
  'facilityId',
  'externalFacilityId',
  'idType',
  'idValue',
  'availableDelta',
  'locationSeqId',
  'varianceReasonId',
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

export const resetColumnsSchema = columnsSchema(RESET_MEANINGS);
export const varianceColumnsSchema = columnsSchema(VARIANCE_MEANINGS);

/** Takes some meanings and yields all: one that is not given is called by its own name. */
function columnsSchema<const Meanings extends readonly [string, ...string[]]>(meanings: Meanings) {
  return z
    .partialRecord(z.enum(meanings), z.string().min(1))
    .default({})
    .transform((given): ColumnMapping<Meanings[number]> => {
      const names: Record<string, string> = {};
      for (const meaning of meanings) names[meaning] = meaning;
      return Object.assign(names, given);
    });
}
