/** The parts of the tasks' outputs that tests read. */
import { z } from 'zod';

const fileSchema = z.looseObject({
  location: z.string(),
  sha256: z.string(),
  rows: z.int(),
  snapshot_at: z.string(),
});
export type PublishedFile = z.output<typeof fileSchema>;

export const resetSchema = z.looseObject({
  batch_id: z.string(),
  already_applied: z.boolean(),
  keys: z.int(),
  units: z.number(),
  net_units: z.number(),
  changed_keys: z.int(),
  rejected: z.int(),
  collapsed: z.int(),
  conflicting_keys: z.int(),
  held_out_keys: z.int(),
  zero_or_below: z.object({ count: z.int(), first: z.array(z.looseObject({ sku: z.string() })) }),
  largest: z.array(z.looseObject({ sku: z.string(), diff: z.number() })),
  snapshot_at: z.string(),
});
export const varianceSchema = fileSchema.extend({
  name: z.string(),
  manifest_location: z.string(),
  units: z.number(),
  expectation_keys: z.int(),
  ambiguous_keys: z.int(),
  ambiguous: z.array(z.looseObject({ facility_id: z.string(), product_id: z.string(), reason: z.string() })),
  unacknowledged: z.object({
    count: z.int(),
    oldest: z.array(z.looseObject({ item_issuance_id: z.string(), order_id: z.string(), age_days: z.int() })),
  }),
});
export const appliedSchema = z.looseObject({
  batch_id: z.string(),
  already_applied: z.boolean(),
  keys: z.int(),
  units: z.number(),
  net_units: z.number(),
  skipped_uncovered: z.int(),
  snapshot_at: z.string(),
});
