/** What a reset reported beside its changes: keys that lost their cover, and entries that it took back. */
import { z } from 'zod';
import type { AppliedBatch, Some } from '../../oms/changes/read_changes.ts';

const keySchema = z.object({ facility_id: z.string(), product_id: z.string(), sku: z.string() });
const undoneSchema = keySchema.extend({ quantity: z.number() });
const none = { count: 0, first: [] };
const resultSchema = z.looseObject({
  // A batch of an earlier version did not report them.
  lost_cover: z.object({ count: z.int(), first: z.array(keySchema) }).default(none),
  undone_entries: z.object({ count: z.int(), first: z.array(undoneSchema) }).default(none),
});

export type NamedKey = z.output<typeof keySchema>;
/** `quantity` is what the OMS had recorded, in signed units. */
export type UndoneKey = z.output<typeof undoneSchema>;

export interface LeftBehind {
  readonly lostCover: Some<NamedKey>;
  readonly undone: Some<UndoneKey>;
}

/** Reads them from what the batch keeps, at most 50 of each by name. */
export function leftBehind(batches: readonly AppliedBatch[]): LeftBehind {
  const reset = batches.find(({ kind }) => kind === 'RESET');
  const { lost_cover: lost, undone_entries: undone } = resultSchema.parse(reset?.result ?? {});
  return {
    lostCover: { rows: lost.first, total: lost.count },
    undone: { rows: undone.first, total: undone.count },
  };
}
