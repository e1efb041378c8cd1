import type { PoolClient } from 'pg';
import { FailTask, type JsonObject } from '../../../../runner/task.ts';
import { readSql } from '../../database/sql.ts';
import { type Night, type Revision, revisionKey } from '../../night.ts';

const FIND = readSql(import.meta.url, './find_batch.sql');
const FIND_LATER = readSql(import.meta.url, './find_later_batch.sql');
const INSERT = readSql(import.meta.url, './insert_batch.sql');
const RECORD_RESULT = readSql(import.meta.url, './record_result.sql');

export type BatchKind = 'RESET' | 'VARIANCE';

/** A file that was applied. */
export interface Batch {
  readonly batchId: string;
  readonly snapshotAt: Temporal.Instant | null;
  readonly fileSha256: string | null;
  readonly rows: number | null;
  readonly attemptToken: string | null;
  readonly appliedAt: Temporal.Instant;
  /** The result that its first application reported. */
  readonly result: JsonObject;
}

export interface NewBatch {
  readonly kind: BatchKind;
  readonly snapshotAt: Temporal.Instant | null;
  /** Null if no file was read: a variance that the night's next revision settled. */
  readonly fileSha256: string | null;
  readonly rows: number;
  readonly attemptToken: string | null;
}

/**
 * Returns the only id that a revision's batch of a kind can have: readable in a ledger, and unique as the revision
 * is.
 */
export function batchIdOf(kind: BatchKind, { externalSystemId, businessDate, revision }: Revision): string {
  const night = `${kind}-${externalSystemId}-${businessDate}`;
  return revision === 1 ? night : `${night}-r${revision}`;
}

export async function findBatch(
  client: PoolClient,
  kind: BatchKind,
  revision: Revision,
): Promise<Batch | null> {
  const { rows } = await client.query<{
    batch_id: string;
    snapshot_at: Temporal.Instant | null;
    file_sha256: string | null;
    rows: number | null;
    attempt_token: string | null;
    applied_at: Temporal.Instant;
    result: JsonObject;
  }>(FIND, [kind, ...revisionKey(revision)]);
  const row = rows[0];
  if (row === undefined) return null;
  return {
    batchId: row.batch_id,
    snapshotAt: row.snapshot_at,
    fileSha256: row.file_sha256,
    rows: row.rows,
    attemptToken: row.attempt_token,
    appliedAt: row.applied_at,
    result: row.result,
  };
}

/**
 * Refuses a night whose counts are older than those applied.
 * @throws FailTask if another night's snapshot that is not older than this one is already applied
 */
export async function refuseOlder(
  client: PoolClient,
  night: Night,
  snapshotAt: Temporal.Instant,
): Promise<void> {
  const { rows } = await client.query<{
    kind: string;
    business_date: Temporal.PlainDate;
    snapshot_at: Temporal.Instant;
  }>(FIND_LATER, [night.externalSystemId, night.businessDate, snapshotAt]);
  const later = rows[0];
  if (later === undefined) return;
  throw new FailTask(
    `the snapshot ${snapshotAt} of ${night.businessDate} is not after the snapshot ${later.snapshot_at} of ` +
      `${later.business_date}, whose ${later.kind} is already applied; older counts do not overwrite newer ones`,
  );
}

export async function insertBatch(client: PoolClient, revision: Revision, batch: NewBatch): Promise<string> {
  const batchId = batchIdOf(batch.kind, revision);
  await client.query(INSERT, [
    batchId,
    batch.kind,
    ...revisionKey(revision),
    batch.snapshotAt,
    batch.fileSha256,
    batch.rows,
    batch.attemptToken,
  ]);
  return batchId;
}

export async function recordResult(client: PoolClient, batchId: string, result: JsonObject): Promise<void> {
  await client.query(RECORD_RESULT, [batchId, JSON.stringify(result)]);
}
