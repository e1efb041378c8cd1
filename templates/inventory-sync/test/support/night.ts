/** The tasks of a night, each with the params of `dags/inventory_sync.yaml`, on the outputs of those before it. */
import { createHash } from 'node:crypto';
import applyVariance from '../../../../tasks/apply_variance.ts';
import exportTask from '../../../../tasks/export.ts';
import { foundFileSchema } from '../../../../tasks/files/found_file.ts';
import filter from '../../../../tasks/filter.ts';
import { publishedFileSchema } from '../../../../tasks/oms/applied/file.ts';
import reset from '../../../../tasks/reset.ts';
import variance from '../../../../tasks/variance.ts';
import verify from '../../../../tasks/verify.ts';
import waitForFile from '../../../../tasks/wait_for_file.ts';
import { outputFor, type TestOms } from './oms.ts';

export const ACTIVE = 'artifact:active_products.csv';
export const FOLDER = 'sftp://retailpro/retailpro/outgoing';
export const FILE = 'reset_inventory_20260310T030000Z.csv';
const SYSTEM = { connection: 'oms', external_system_id: 'RETAIL_PRO' };

/** The counts of Retail Pro at 03:00 UTC: nine of A1, twelve of A2, and five of a product that is not sold online. */
const COUNTS = 'facilityId,idValue,availableQty\nS1,A1,9\nS1,A2,12\nS1,B9,5\n';

/** Puts Retail Pro's file of the night, and its manifest, where the sync looks for it. */
export async function putCounts({ world }: TestOms): Promise<void> {
  const manifest = {
    sha256: createHash('sha256').update(COUNTS).digest('hex'),
    bytes: COUNTS.length,
    rows: 3,
    snapshot_at: '2026-03-10T03:00:00Z',
  };
  await world.files.put(`${FOLDER}/${FILE}`, COUNTS);
  await world.files.put(`${FOLDER}/${FILE}.manifest.json`, JSON.stringify(manifest));
}

export async function exportProducts({ world }: TestOms) {
  return await world.run(exportTask, { connection: 'oms', query: 'active_products', to: ACTIVE });
}

export async function findFile({ world }: TestOms) {
  const output = await world.run(waitForFile, { ...SYSTEM, from: `${FOLDER}/reset_inventory_*.csv` });
  return outputFor(foundFileSchema, output);
}

/** Exports the products, finds the file and publishes the rows of active products. */
export async function filterFile(oms: TestOms) {
  await exportProducts(oms);
  await putCounts(oms);
  const file = await findFile(oms);
  const to = 'sftp://retailpro/hotwax/reset_inventory';
  return outputFor(publishedFileSchema, await oms.world.run(filter, { ...SYSTEM, file, active: ACTIVE, to }));
}

/** Freezes the night after `filterFile`, and publishes what Retail Pro does not know of. */
export async function freeze({ world }: TestOms) {
  const file = { snapshot_at: '2026-03-10T03:00:00Z' };
  const to = 'sftp://retailpro/hotwax/inventory_variance';
  return outputFor(publishedFileSchema, await world.run(variance, { ...SYSTEM, file, active: ACTIVE, to }));
}

export type PublishedFile = Awaited<ReturnType<typeof freeze>>;

export async function resetCounts({ world }: TestOms, file: PublishedFile) {
  return await world.run(reset, { ...SYSTEM, file });
}

export async function correctCounts({ world }: TestOms, file: PublishedFile) {
  return await world.run(applyVariance, { ...SYSTEM, file });
}

export async function verifyNight({ world }: TestOms) {
  return await world.run(verify, SYSTEM);
}
