/** Runs one poll of `wait_for_file` on a folder. */
import assert from 'node:assert/strict';
import { after, beforeEach } from 'node:test';
import type { z } from 'zod';
import { DeferTask, type Json } from '../../../runner/task.ts';
import { type ContextOverrides, openTaskWorld, type TaskWorld } from '../../../runner/testing.ts';
import { foundFileSchema } from '../../../tasks/files/found_file.ts';
import waitForFile from '../../../tasks/wait_for_file.ts';
import { testDatabase } from '../../support/postgres/database.ts';

export const { pool } = await testDatabase({ after }, { migrations: ['oms'] });

export const FOLDER = 'sftp://retailpro/retailpro/outgoing';
export const NAME = 'reset_inventory_20260310T030000Z.csv';
export const TONIGHT = `${FOLDER}/${NAME}`;
export const LAST_NIGHT = `${FOLDER}/reset_inventory_20260309T030000Z.csv`;
export const ROWS = 'facilityId,idValue,availableQty\nS1,A1,5\n';
export const OLD = Temporal.Instant.from('2026-03-10T03:10:00Z');
/** 05:00 in New York. */
export const DEADLINE = Temporal.Instant.from('2026-03-10T09:00:00Z');
export const PARAMS: z.input<typeof waitForFile.params> = {
  from: `${FOLDER}/reset_inventory_*.csv`,
  connection: 'oms',
  external_system_id: 'RETAIL_PRO',
};

beforeEach(async () => {
  await pool.query('truncate oms.inventory_sync_batch cascade');
});

export async function world(now = '2026-03-10T05:00:00Z'): Promise<TaskWorld> {
  return openTaskWorld({ now, postgres: { oms: pool } });
}

export async function poll(at: TaskWorld, params = {}, overrides: ContextOverrides = {}) {
  return foundFileSchema.parse(await pollRaw(at, params, overrides));
}

export function pollRaw(
  at: TaskWorld,
  params = {},
  overrides: ContextOverrides = {},
): Promise<Json | undefined> {
  return at.run(waitForFile, { ...PARAMS, ...params }, { attempt: { deadlineAt: DEADLINE }, ...overrides });
}

/** Returns the reason of the deferral that the poll ended in. */
export async function deferral(
  at: TaskWorld,
  params = {},
  overrides: ContextOverrides = {},
): Promise<DeferTask> {
  const error: unknown = await pollRaw(at, params, overrides).then(
    () => assert.fail('a file was found'),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof DeferTask, `deferred and not ${error}`);
  return error;
}

export async function applied(
  businessDate: string,
  snapshotAt: string,
  externalSystemId = 'RETAIL_PRO',
  kind = 'RESET',
  fileSha256: string | null = null,
) {
  await pool.query(
    `insert into oms.inventory_sync_batch (batch_id, kind, external_system_id, business_date, snapshot_at, file_sha256)
     values ($1, $2, $3, $4, $5, $6)`,
    [
      `${kind}-${externalSystemId}-${businessDate}`,
      kind,
      externalSystemId,
      businessDate,
      snapshotAt,
      fileSha256,
    ],
  );
}

export function manifest(facts: Record<string, unknown> = {}): string {
  return JSON.stringify({
    sha256: 'a'.repeat(64),
    bytes: ROWS.length,
    rows: 1,
    snapshot_at: '2026-03-10T03:00:00Z',
    ...facts,
  });
}
