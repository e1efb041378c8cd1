/** Reads what a reset reported besides its changes: keys that lost their cover, and ledger entries that it reversed. */
import { z } from 'zod';
import type { AppliedBatch, Some } from '../oms/changes/read_changes.ts';

const keySchema = z.object({ facility_id: z.string(), product_id: z.string(), sku: z.string() });
const undoneSchema = keySchema.extend({ quantity: z.number() });
const none = { count: 0, first: [] };
const resultSchema = z.looseObject({
  // Batches applied by an earlier version did not report them.
  lost_cover: z.object({ count: z.int(), first: z.array(keySchema) }).default(none),
  undone_entries: z.object({ count: z.int(), first: z.array(undoneSchema) }).default(none),
});

export type NamedKey = z.output<typeof keySchema>;
/** `quantity` is the amount that the OMS had recorded, in signed units. */
export type UndoneKey = z.output<typeof undoneSchema>;

export interface LeftBehind {
  readonly lostCover: Some<NamedKey>;
  readonly undone: Some<UndoneKey>;
}

/** Returns both lists from the batches' stored results, at most 50 keys of each by name. */
export function leftBehind(batches: readonly AppliedBatch[]): LeftBehind {
  const reset = batches.find(({ kind }) => kind === 'RESET');
  const { lost_cover: lost, undone_entries: undone } = resultSchema.parse(reset?.result ?? {});
  return {
    lostCover: { rows: lost.first, total: lost.count },
    undone: { rows: undone.first, total: undone.count },
  };
}
