/** Reads what a shadow run has kept, and what the OMS has taken, in a form in which the two can be compared. */
import type { Pool } from 'pg';
import { artifactChunks, findArtifact } from '../../../runner/history.ts';

/** The effect of each batch: its keys with what they are set to and changed by, one text each, in order. */
export type Postings = Readonly<Record<string, readonly string[]>>;

const STATE = 'shadow_applied.sql';

/** Returns what a shadow run would have posted, by batch; null if it came to no end. */
export async function readForetold(pool: Pool, runId: number): Promise<Postings | null> {
  const artifact = await findArtifact(pool, runId, STATE);
  if (artifact === null) return null;
  const replaced = () => new Error(`the state of run ${runId} was replaced`);
  const chunks = await Array.fromAsync(artifactChunks(pool, artifact, replaced));
  const sections = sectionsOf(Buffer.concat(chunks).toString());
  const created = new Map(
    (sections.get('inventory_item') ?? []).map((item) => [item.inventory_item_id, item]),
  );
  const { rows } = await pool.query<Item>(
    'select inventory_item_id, facility_id, product_id from oms.inventory_item',
  );
  const items = new Map([...created, ...rows.map((item) => [item.inventory_item_id, item] as const)]);
  return gather([
    ...(sections.get('external_inventory_reset') ?? []).map((row) => ({
      batch: row.batch_id ?? '',
      text: `${row.facility_id}/${row.product_id} set to ${Number(row.external_qoh)} by ${Number(row.quantity_on_hand_diff)}`,
    })),
    ...(sections.get('inventory_item_detail') ?? []).map((row) => {
      const item = items.get(row.inventory_item_id);
      const key = `${item?.facility_id}/${item?.product_id}`;
      const [onHand, available] = [Number(row.quantity_on_hand_diff), Number(row.available_to_promise_diff)];
      const at = Date.parse(row.effective_date ?? '');
      return {
        batch: row.inventory_item_detail_seq_id ?? '',
        text: `${key} ${onHand} ${available} at ${at} for ${row.reason_enum_id}`,
      };
    }),
    ...(sections.get('inventory_sync_held_key') ?? []).map((row) => ({
      batch: 'held',
      text: `${row.facility_id}/${row.product_id} ${row.reason}`,
    })),
  ]);
}

/** Returns what the OMS has of these batches, and of the keys that were held out on that date. */
export async function readDone(
  pool: Pool,
  {
    batches,
    businessDate,
  }: { readonly batches: readonly string[]; readonly businessDate: Temporal.PlainDate },
): Promise<Postings> {
  const { rows: keys } = await pool.query<Record<'batch' | 'key', string> & Record<'count' | 'diff', number>>(
    `select batch_id as batch, facility_id || '/' || product_id as key, external_qoh::float8 as count, quantity_on_hand_diff::float8 as diff
       from oms.external_inventory_reset where batch_id = any ($1)`,
    [batches],
  );
  const { rows: details } = await pool.query<
    Record<'batch' | 'key' | 'reason', string> & Record<'on_hand' | 'available' | 'at', number>
  >(
    `select d.inventory_item_detail_seq_id as batch, i.facility_id || '/' || i.product_id as key, d.reason_enum_id as reason,
            d.quantity_on_hand_diff::float8 as on_hand, d.available_to_promise_diff::float8 as available,
            extract(epoch from d.effective_date)::float8 * 1000 as at
       from oms.inventory_item_detail d join oms.inventory_item i using (inventory_item_id)
      where d.inventory_item_detail_seq_id = any ($1)`,
    [batches],
  );
  const { rows: held } = await pool.query<Record<'key' | 'reason', string>>(
    `select facility_id || '/' || product_id as key, reason from oms.inventory_sync_held_key where business_date = $1`,
    [businessDate.toString()],
  );
  return gather([
    ...keys.map(({ batch, key, count, diff }) => ({ batch, text: `${key} set to ${count} by ${diff}` })),
    ...details.map(({ batch, key, on_hand, available, at, reason }) => ({
      batch,
      text: `${key} ${on_hand} ${available} at ${at} for ${reason}`,
    })),
    ...held.map(({ key, reason }) => ({ batch: 'held', text: `${key} ${reason}` })),
  ]);
}

type Row = Readonly<Record<string, string>>;

interface Item {
  readonly inventory_item_id: string;
  readonly facility_id: string;
  readonly product_id: string;
}

/** Returns the rows of each section of a dump in the format of COPY. No value of this world needs an escape. */
function sectionsOf(dump: string): ReadonlyMap<string, readonly (Row & Item)[]> {
  const sections = new Map<string, (Row & Item)[]>();
  for (const [, table = '', columns = '', body = ''] of dump.matchAll(
    /^COPY (\w+) \((.*)\) FROM stdin;\n((?:.*\n)*?)\\\.$/gm,
  )) {
    const names = columns.split(', ');
    const rows = body.split('\n').filter((line) => line !== '');
    sections.set(
      table,
      rows.map((line) => {
        const values = line.split('\t');
        const row: Row = Object.fromEntries(names.map((name, index) => [name, values[index] ?? '']));
        const { inventory_item_id = '', facility_id = '', product_id = '' } = row;
        return { ...row, inventory_item_id, facility_id, product_id };
      }),
    );
  }
  return sections;
}

function gather(found: readonly { readonly batch: string; readonly text: string }[]): Postings {
  const byBatch = Map.groupBy(found, ({ batch }) => batch);
  return Object.fromEntries(
    [...byBatch].map(([batch, postings]) => [batch, postings.map(({ text }) => text).toSorted()]),
  );
}

/** Returns a sentence for each posting that only one of the two has. */
export function postingDifferences(foretold: Postings, done: Postings): readonly string[] {
  const batches = new Set([...Object.keys(foretold), ...Object.keys(done)]);
  return [...batches].flatMap((batch) => {
    const [ours, theirs] = [new Set(foretold[batch] ?? []), new Set(done[batch] ?? [])];
    return [
      ...[...ours.difference(theirs)].map((text) => `${batch}: foretold and not done: ${text}`),
      ...[...theirs.difference(ours)].map((text) => `${batch}: done and not foretold: ${text}`),
    ];
  });
}
