/** Files of a till, and the tasks of `dags/pos_inventory_delta.yaml` on them. */
import { z } from 'zod';
import applyDelta from '../../../../tasks/apply_delta.ts';
import listNewFiles from '../../../../tasks/list_new_files.ts';
import { listedFileSchema } from '../../../../tasks/oms/delta/files/processed_files.ts';
import { outputFor, type TestOms } from './oms.ts';

const FOLDER = 'sftp://pos/outgoing';
const SYSTEM = { connection: 'oms', external_system_id: 'POS' };
const COLUMNS = {
  externalFacilityId: 'store',
  idValue: 'sku',
  availableDelta: 'units',
  effectiveDate: 'sold_at',
};
const listSchema = z.looseObject({ files: z.array(listedFileSchema) });

export interface DeltaFile {
  readonly name: string;
  readonly minutesAgo: number;
  /** Units of A2. */
  readonly sold: number;
}

export async function putDelta({ world }: TestOms, { name, minutesAgo, sold }: DeltaFile): Promise<void> {
  const at = world.clock.now.subtract({ minutes: minutesAgo });
  await world.files.put(`${FOLDER}/${name}`, `store,sku,units,sold_at\n001,A2,${-sold},${at}\n`, at);
}

export async function listDeltas({ world }: TestOms) {
  const output = await world.run(listNewFiles, { ...SYSTEM, from: `${FOLDER}/delta_*.csv` });
  return outputFor(listSchema, output);
}

export async function applyDeltas(
  { world }: TestOms,
  files: readonly z.input<typeof listedFileSchema>[],
): Promise<void> {
  for (const file of files) await world.run(applyDelta, { ...SYSTEM, file, columns: COLUMNS });
}
