/** An OMS whose stores have a POS, and the delta files that these write. */
import assert from 'node:assert/strict';
import { z } from 'zod';
import type { ContextOverrides } from '../../../../runner/testing.ts';
import applyDelta from '../../../../tasks/apply_delta.ts';
import listFiles from '../../../../tasks/list_new_files.ts';
import { type OmsWorld, openOmsWorld } from '../oms_world.ts';

export const FOLDER = 'sftp://pos/outgoing';
export const HEADER = 'store,sku,units,sold_at';
const COLUMNS = {
  externalFacilityId: 'store',
  idValue: 'sku',
  availableDelta: 'units',
  effectiveDate: 'sold_at',
};
export const BEFORE = '2026-03-10T02:00:00Z';
export const AFTER = '2026-03-10T03:30:00Z';

const appliedSchema = z.looseObject({
  rows: z.int(),
  rejected: z.int(),
  posted: z.int(),
  covered: z.int(),
  keys: z.int(),
  units_up: z.number(),
  units_down: z.number(),
  net_units: z.number(),
  already_applied: z.boolean(),
  batch_id: z.string(),
});
const fileSchema = z.object({
  location: z.string(),
  name: z.string(),
  bytes: z.int(),
  modified_at: z.string().nullable(),
  manifest: z.object({ sha256: z.string(), bytes: z.int(), rows: z.int() }).nullable(),
});
const listSchema = z.looseObject({
  files: z.array(fileSchema),
  waiting: z.array(z.object({ name: z.string(), why: z.string() })),
  set_aside: z.array(z.object({ location: z.string(), reason: z.string() })),
  set_aside_count: z.int(),
  done_count: z.int(),
  left_count: z.int(),
});

export type Line = readonly [sku: string, units: number | string, soldAt: string, store?: string];

/** Opens a world with store S1 (the POS calls it 001), products P1 and P2, ten units of each. */
export async function posWorld(t: Parameters<typeof openOmsWorld>[0]): Promise<OmsWorld> {
  const oms = await openOmsWorld(t);
  await oms.facility('S1', '001');
  for (const product of ['P1', 'P2']) {
    await oms.product(product);
    await oms.stock('S1', product, 10);
  }
  return oms;
}

export async function put(oms: OmsWorld, name: string, lines: readonly Line[]): Promise<void> {
  const rows = lines.map(([sku, units, soldAt, store = '001']) => `${store},${sku},${units},${soldAt}`);
  const anHourAgo = oms.tasks.clock.now.subtract({ minutes: 10 });
  await oms.tasks.files.put(`${FOLDER}/${name}`, `${[HEADER, ...rows].join('\n')}\n`, anHourAgo);
}

export async function list(oms: OmsWorld, params: Partial<z.input<typeof listFiles.params>> = {}) {
  const output = await oms.tasks.run(listFiles, {
    from: `${FOLDER}/*.csv`,
    connection: 'oms',
    external_system_id: 'POS',
    ...params,
  });
  return listSchema.parse(output);
}

export async function applyOne(
  oms: OmsWorld,
  file: z.output<typeof fileSchema> | undefined,
  overrides: ContextOverrides = {},
) {
  assert.ok(file, 'the file was not listed');
  const output = await oms.tasks.run(
    applyDelta,
    {
      connection: 'oms',
      external_system_id: 'POS',
      file,
      columns: COLUMNS,
    },
    overrides,
  );
  return appliedSchema.parse(output);
}

/** Lists the files, and applies each in an attempt of its own. */
export async function applyAll(oms: OmsWorld) {
  const { files } = await list(oms);
  const outcomes = [];
  for (const file of files)
    outcomes.push(await applyOne(oms, file, { attempt: { token: `apply-${tokens++}` } }));
  return outcomes;
}
let tokens = 0;
