/** Runs the filter on one night's file. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, beforeEach } from 'node:test';
import { z } from 'zod';
import { FailTask, type Json } from '../../../runner/task.ts';
import { type ContextOverrides, openTaskWorld, type TaskWorld } from '../../../runner/testing.ts';
import filter from '../../../tasks/filter.ts';
import type { manifestSchema } from '../../../tasks/inventory/file/manifest.ts';
import { testDatabase } from '../../support/postgres/database.ts';

export const { pool } = await testDatabase({ after }, { migrations: ['oms'] });

// Its own, so that no other test's temporary files are taken for ones left behind.
process.env.TMPDIR = await mkdtemp(join(tmpdir(), 'stockflow-test-'));
after(() => rm(tmpdir(), { recursive: true, force: true }));

export const NAME = 'reset_inventory_20260310T030000Z.csv';
export const LOCATION = `sftp://retailpro/retailpro/outgoing/${NAME}`;
export const TO = 'sftp://retailpro/hotwax/reset_inventory';
export const ACTIVE = 'artifact:active_products.csv';
export const HEADER = 'externalFacilityId,facilityId,idValue,availableQty\r\n';
export const ROWS = 'S1,,A1,5\r\nS1,,B2,7\r\nS2,,A1,-3\r\nS2,,A2,0\r\n';
export const KEPT = 'S1,,A1,5\r\nS2,,A1,-3\r\nS2,,A2,0\r\n';

export interface FilterNight {
  readonly content?: string | Uint8Array;
  readonly manifest?: z.input<typeof manifestSchema> | null;
  readonly params?: Partial<z.input<typeof filter.params>>;
  readonly overrides?: ContextOverrides;
  readonly active?: string;
  /** The task's output of the previous night. */
  readonly lastGood?: Json;
  /** The size of the file when it was found. */
  readonly foundBytes?: number;
  /** Whether the file was removed after it was found. */
  readonly isGone?: boolean;
}

export const outputSchema = z.looseObject({
  location: z.string(),
  name: z.string(),
  sha256: z.string(),
  manifest_location: z.string(),
  rejects_location: z.string(),
  rows_in: z.int(),
  kept: z.int(),
  dropped: z.int(),
  rejected: z.int(),
  collapsed: z.int(),
  conflicting_keys: z.int(),
});

beforeEach(async () => {
  await pool.query('truncate oms.inventory_sync_batch cascade');
});

export async function runRaw(world: TaskWorld, night: FilterNight = {}): Promise<Json | undefined> {
  const content = night.content ?? HEADER + ROWS;
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  await world.files.put(LOCATION, bytes);
  await world.files.put(ACTIVE, night.active ?? 'product_id,id_type,id_value\nP1,SKU,A1\nP2,SKU,A2\n');
  if (night.lastGood !== undefined) world.files.lastGood.set('task_under_test', night.lastGood);
  const file = {
    location: LOCATION,
    name: NAME,
    bytes: night.foundBytes ?? bytes.length,
    modified_at: world.clock.now.toString(),
    snapshot_at: '2026-03-10T03:00:00Z',
    facilities: { S1: '2026-03-10T02:55:00Z' },
    manifest: night.manifest ?? null,
  };
  if (night.isGone) await world.files.remove(LOCATION);
  const params = { file, active: ACTIVE, to: TO, connection: 'oms', external_system_id: 'RETAIL_PRO' };
  return world.run(filter, { ...params, ...night.params }, night.overrides);
}

export async function run(world: TaskWorld, night: FilterNight = {}) {
  return outputSchema.parse(await runRaw(world, night));
}

/**
 * Runs a night that must fail without retry, and checks that at most its rejects are kept and no temporary file is
 * left.
 */
export async function refusal(night: FilterNight): Promise<string> {
  await using world = await openTaskWorld({ postgres: { oms: pool } });
  const error: unknown = await runRaw(world, night).then(
    () => assert.fail('the file was accepted'),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof FailTask, String(error));
  const published = world.files.published.map(({ location }) => location);
  assert.deepEqual(
    published.filter((location) => location !== 'artifact:filter_rejects.csv'),
    [],
  );
  assert.deepEqual(await world.files.list(`${TO}/*`), []);
  assert.deepEqual(await temporaryFolders(), []);
  const file = `; file: ${LOCATION}`;
  assert.ok(error.message.includes(file), error.message);
  return error.message.replace(file, '');
}

export async function temporaryFolders(): Promise<string[]> {
  return (await readdir(tmpdir())).filter((name) => name.startsWith('stockflow-filter-'));
}

export function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
