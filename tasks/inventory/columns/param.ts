/** The `columns` param; header names default to HotWax's own. */
import { z } from 'zod';
import { type ColumnMapping, DELTA_MEANINGS, RESET_MEANINGS, VARIANCE_MEANINGS } from './mapping.ts';

export const resetColumnsSchema = columnsSchema(RESET_MEANINGS);
export const varianceColumnsSchema = columnsSchema(VARIANCE_MEANINGS);
export const deltaColumnsSchema = columnsSchema(DELTA_MEANINGS);

/** Accepts some meanings and returns all; a meaning left out is its own header name. */
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
