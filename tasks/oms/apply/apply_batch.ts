import type { PoolClient } from 'pg';
import { FailTask, type JsonObject, type TaskContext } from '../../../runner/task.ts';
import { Refusal } from '../../inventory/refusal.ts';
import { type FileSnapshot, resolveSnapshot } from '../freeze/facility_snapshots.ts';
import { type FrozenNight, findFrozenNight } from '../freeze/frozen_night.ts';
import { describeSnapshot, type Night, type Snapshot, sameSnapshot } from '../night.ts';
import { readSql } from '../sql.ts';
import { inTransaction, lockSync } from '../transaction.ts';
import { type Batch, type BatchKind, findBatch, insertBatch, recordResult, refuseOlder } from './batch.ts';
import { fileLines, type LineFormat, type LinesRead } from './file_lines.ts';
import { countRows, type RowCounts } from './row_counts.ts';
import { stageLines } from './stage_lines.ts';

const sql = (file: string) => readSql(import.meta.url, file);
const STAGING = sql('./staging.sql');
const STAGE_FACILITIES = sql('./stage_facilities.sql');
const STAGE_PRODUCTS = sql('./stage_products.sql');
const COLLECT_KEYS = sql('./collect_keys.sql');

/** The published file, as the task that published it said. */
export interface AppliedFile {
  readonly location: string;
  readonly sha256: string;
  /** Kept with the batch as its identity. */
  readonly identitySha256: string;
  /** Null where its publisher did not count them. */
  readonly rows: number | null;
  readonly snapshot: FileSnapshot;
}

export interface BatchRequest {
  readonly kind: BatchKind;
  readonly connection: string;
  readonly night: Night;
  readonly file: AppliedFile;
  readonly format: LineFormat;
}

/** What `post` may rely on: the file's keys are in `sync_key`, and the night is this one's to apply. */
export interface ReadyBatch {
  readonly client: PoolClient;
  readonly night: Night;
  readonly counts: RowCounts;
  /** Inserts the batch row; call it before anything else is written. */
  readonly begin: () => Promise<string>;
}

export interface BatchOutcome {
  readonly batchId: string;
  readonly isAlreadyApplied: boolean;
  readonly snapshotAt: Temporal.Instant;
  readonly result: JsonObject;
}

/**
 * Applies a published file exactly once, in one transaction: all of `post`, or nothing. A repeat answers with what the
 * first time reported, without reading the file.
 * @throws FailTask where the file, the freeze or the order of nights forbids it
 */
export async function applyBatch(
  context: TaskContext<unknown>,
  request: BatchRequest,
  post: (batch: ReadyBatch) => Promise<JsonObject>,
): Promise<BatchOutcome> {
  const pool = await context.connections.postgres(request.connection);
  const transaction = { isolation: 'read committed', signal: context.signal } as const;
  return inTransaction(pool, transaction, async (client) => {
    const before = await findBatch(client, request.kind, request.night);
    if (before !== null) return repeated(context, request, before);

    // Reading may take long, so it comes before the wait for the others' turn.
    await client.query(STAGING);
    const read = await stageFile(context, client, request);

    await lockSync(client);
    const meanwhile = await findBatch(client, request.kind, request.night);
    if (meanwhile !== null) return repeated(context, request, meanwhile);
    await refuseOlder(client, request.night, request.file.snapshot.at);
    const snapshot = await resolveSnapshot(client, request.file.snapshot);
    requireFreeze(await findFrozenNight(client, request.night), request, snapshot);
    await resolveKeys(client, request.night, snapshot);
    const counts = await countRows(client, read.rows);

    let batchId: string | undefined;
    const begin = async () => {
      batchId = await insertBatch(client, request.night, {
        kind: request.kind,
        snapshotAt: snapshot.at,
        fileSha256: request.file.identitySha256,
        rows: read.rows,
        attemptToken: context.attempt.token,
      });
      return batchId;
    };
    const result = await post({ client, night: request.night, counts, begin });
    if (batchId === undefined) throw new Error(`${request.kind} posted without beginning its batch`);
    await recordResult(client, batchId, result);
    return { batchId, isAlreadyApplied: false, snapshotAt: snapshot.at, result };
  });
}

function repeated(context: TaskContext<unknown>, request: BatchRequest, batch: Batch): BatchOutcome {
  if (batch.fileSha256 !== request.file.identitySha256) {
    context.log.warn('the night was applied from another file', {
      batchId: batch.batchId,
      appliedSha256: batch.fileSha256,
      offeredSha256: request.file.identitySha256,
    });
  }
  return {
    batchId: batch.batchId,
    // This attempt's own commit, whose acknowledgement was lost, is no repeat.
    isAlreadyApplied: batch.attemptToken !== context.attempt.token,
    snapshotAt: batch.snapshotAt ?? request.file.snapshot.at,
    result: batch.result,
  };
}

async function stageFile(
  context: TaskContext<unknown>,
  client: PoolClient,
  { file, format }: BatchRequest,
): Promise<LinesRead> {
  const open = await context.files.open(file.location);
  const read = await stageLines(client, fileLines(open, format), {
    signal: context.signal,
    onProgress: (done) => context.progress({ done, total: file.rows, unit: 'rows' }),
  }).catch((error: unknown) => {
    throw error instanceof Refusal
      ? new FailTask(`${file.location}: ${error.message}`, { cause: error })
      : error;
  });
  if (read.sha256 !== file.sha256) {
    throw new FailTask(
      `${file.location}: its sha256 is ${read.sha256}, and ${file.sha256} was published; nothing is applied`,
    );
  }
  if (file.rows !== null && read.rows !== file.rows) {
    throw new FailTask(`${file.location}: it has ${read.rows} rows, and ${file.rows} were published`);
  }
  await context.files.recordRead({ location: file.location, ...read });
  context.meter({ rowsIn: read.rows, bytesIn: read.bytes });
  return read;
}

function requireFreeze(
  frozen: FrozenNight | null,
  { night, format: { idType } }: BatchRequest,
  snapshot: Snapshot,
): void {
  const { externalSystemId, businessDate } = night;
  const again = 'clear the variance task of that night, so that it freezes again';
  if (frozen === null) {
    throw new FailTask(
      `no expectation was frozen for ${externalSystemId} on ${businessDate}; the variance task of that night comes first`,
    );
  }
  if (frozen.expectationCountNow !== frozen.expectationCount) {
    throw new FailTask(
      `${frozen.expectationCount} expectations were frozen for ${externalSystemId} on ${businessDate} and there are ` +
        `${frozen.expectationCountNow}; ${again}`,
    );
  }
  if (!sameSnapshot(frozen.snapshot, snapshot)) {
    throw new FailTask(
      `the file's snapshot is ${describeSnapshot(snapshot)}, and ${businessDate} was frozen for ` +
        `${describeSnapshot(frozen.snapshot)}; ${again}`,
    );
  }
  if (frozen.idType !== idType) {
    throw new FailTask(`id_type is ${idType}, and ${businessDate} was frozen with ${frozen.idType}`);
  }
  if (!frozen.isApplied && frozen.earlierBatchCountNow !== frozen.earlierBatchCount) {
    throw new FailTask(
      `${businessDate} was frozen before a batch of another night of ${externalSystemId} was applied; ${again}`,
    );
  }
}

async function resolveKeys(client: PoolClient, night: Night, snapshot: Snapshot): Promise<void> {
  const key = [night.externalSystemId, night.businessDate];
  const { at, byFacility } = snapshot;
  await client.query(STAGE_FACILITIES, [[...byFacility.keys()], [...byFacility.values()], at]);
  await client.query(STAGE_PRODUCTS, key);
  await client.query('analyze sync_facility, sync_product');
  await client.query(COLLECT_KEYS, key);
  await client.query('analyze sync_key');
}
