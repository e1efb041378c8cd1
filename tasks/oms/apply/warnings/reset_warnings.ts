/** Warnings about what a successful reset left undone, for the operator. */
import { z } from 'zod';
import type { JsonObject, WarnOptions } from '../../../../runner/task.ts';

const NAMED_MAX = 5;

const keySchema = z.object({ facility_id: z.string(), product_id: z.string(), sku: z.string() });
const none = { count: 0, first: [] };
// A batch applied by an earlier version has none of these.
const resultSchema = z.looseObject({
  keys_at_several_locations: z.int().default(0),
  lost_cover: z.object({ count: z.int(), first: z.array(keySchema) }).default(none),
  undone_entries: z
    .object({ count: z.int(), first: z.array(keySchema.extend({ quantity: z.number() })) })
    .default(none),
});

export interface ResetWarning {
  readonly sentence: string;
  readonly facts: JsonObject;
  readonly options?: WarnOptions;
}

/** Returns the warnings about a reset. @param result as the reset reported it, stored with its batch */
export function resetWarnings(result: JsonObject): readonly ResetWarning[] {
  const {
    keys_at_several_locations: severalLocations,
    lost_cover: lost,
    undone_entries: undone,
  } = resultSchema.parse(result);
  const warnings: ResetWarning[] = [];
  if (severalLocations > 0) {
    warnings.push({
      sentence:
        `${countOf(severalLocations)} left alone: the file has counts at several locations of a store, and ` +
        'locations: sum is not set',
      facts: { keys: severalLocations },
      options: { remedy: { command: { label: 'list them', name: 'changes' } } },
    });
  }
  if (lost.count > 0) {
    const named = lost.first.slice(0, NAMED_MAX).map(({ sku, facility_id }) => `${sku} at ${facility_id}`);
    const more = lost.count > named.length ? `, and ${lost.count - named.length} more` : '';
    warnings.push({
      sentence: `${countOf(lost.count)} left as the previous night set ${lost.count === 1 ? 'it' : 'them'}, missing from tonight's file: ${named.join(', ')}${more}`,
      facts: { keys: lost.count },
    });
  }
  if (undone.count > 0) {
    const named = undone.first
      .slice(0, NAMED_MAX)
      .map(
        ({ sku, facility_id, quantity }) =>
          `${sku} at ${facility_id} (${quantity > 0 ? '+' : ''}${quantity})`,
      );
    const more = undone.count > named.length ? `, and ${undone.count - named.length} more` : '';
    warnings.push({
      sentence:
        `${undone.count === 1 ? '1 count lost' : `${undone.count} counts lost`} what the OMS had recorded in the 24 h before the ` +
        `snapshot and the file does not have, such as a return or a receipt: ${named.join(', ')}${more}`,
      facts: { keys: undone.count },
    });
  }
  return warnings;
}

function countOf(keys: number): string {
  return keys === 1 ? '1 count was' : `${keys} counts were`;
}
