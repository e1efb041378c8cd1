import type { PoolClient } from 'pg';
import { FailTask, type JsonObject, type TaskContext } from '../../../runner/task.ts';
import { aboutFile, refusedFile } from '../../files/refused_file.ts';
import { InvalidFileError } from '../../inventory/file/invalid_file.ts';
import { newestRevision } from '../applied/revision.ts';
import { readSql } from '../database/sql.ts';
import { lockSync } from '../database/transaction.ts';
import { type FrozenNight, findFrozenNight } from '../freeze/frozen_night.ts';
import { type FileSnapshot, resolveSnapshot } from '../freeze/stage/facility_snapshots.ts';
import { describeSnapshot, type Revision, revisionKey, type Snapshot, sameSnapshot } from '../night.ts';
import type { ShadowWork } from '../shadow/in_shadow.ts';
import { onOms } from '../shadow/on_oms.ts';
import {
  type Batch,
  type BatchKind,
  findBatch,
  insertBatch,
  recordResult,
  refuseOlder,
} from './batch/batch.ts';
import { countRows, type RowCounts } from './rejects/row_counts.ts';
import { fileLines, type LineFormat, type LinesRead } from './stage/file_lines.ts';
import { stageLines } from './stage/stage_lines.ts';

const sql = (file: string) => readSql(import.meta.url, file);
const STAGING = sql('./stage/staging.sql');
const STAGE_FACILITIES = sql('./stage/stage_facilities.sql');
const STAGE_PRODUCTS = sql('./stage/stage_products.sql');
const COLLECT_KEYS = sql('./reset/collect_keys.sql');
const SEVERAL_LOCATIONS = "select from sync_key where status = 'several_locations' limit 1";
const RESOLVE_LOCATIONS = sql('./stage/resolve_locations.sql');

/** The published file, as the output of the task that published it describes it. */
export interface AppliedFile {
  readonly location: string;
  readonly sha256: string;
  /** The sha256 that identifies the batch; stored with it. */
  readonly identitySha256: string;
  /** Null if the publisher did not count them. */
  readonly rows: number | null;
  readonly snapshot: FileSnapshot;
}

export interface BatchRequest {
  readonly kind: BatchKind;
  readonly connection: string;
  readonly night: Revision;
  readonly file: AppliedFile;
  readonly format: LineFormat;
  /** How to treat a key that is counted at several locations of its store. */
  readonly locations: LocationRule;
}

export const LOCATION_RULES = ['hold_out', 'sum'] as const;
export type LocationRule = (typeof LOCATION_RULES)[number];

/** The state that `post` may rely on: the file's keys are in `sync_key`, and this run may apply the night. */
export interface ReadyBatch {
  readonly client: PoolClient;
  readonly night: Revision;
  readonly counts: RowCounts;
  /** Inserts the batch row; call it before anything else is written. */
  readonly begin: () => Promise<string>;
}

/** The states of a shadow night between which a batch of each kind works. */
const SHADOW_OF_KIND = {
  RESET: { purpose: 'apply', productIds: [], from: 'frozen', to: 'reset' },
  VARIANCE: { purpose: 'apply', productIds: [], from: 'reset', to: 'applied' },
} as const satisfies Readonly<Record<BatchKind, Omit<ShadowWork, 'night' | 'snapshot'>>>;

export interface BatchOutcome {
  readonly batchId: string;
  readonly isAlreadyApplied: boolean;
  /** When it was applied before; null if this attempt applied it. */
  readonly appliedAt: Temporal.Instant | null;
  readonly snapshotAt: Temporal.Instant;
  readonly result: JsonObject;
}

/**
 * Applies a published file exactly once, in one transaction. A repeat of the same file returns the first result
 * without reading the file, and warns that nothing was changed.
 * @throws FailTask if the file, the freeze or the order of nights forbids it
 */
export async function applyBatch(
  context: TaskContext<unknown>,
  request: BatchRequest,
  post: (batch: ReadyBatch) => Promise<JsonObject>,
): Promise<BatchOutcome> {
  const pool = await context.connections.postgres(request.connection);
  const shadow = { night: request.night, snapshot: request.file.snapshot, ...SHADOW_OF_KIND[request.kind] };
  const how = { isolation: 'read committed', shadow } as const;
  const outcome = await onOms(context, pool, how, async (client): Promise<BatchOutcome> => {
    const before = await findBatch(client, request.kind, request.night);
    if (before !== null) return await repeated(client, context, { request, batch: before });

    // Reading may take long, so it happens before waiting for the lock.
    await client.query(STAGING);
    const read = await stageFile(context, client, request);

    await lockSync(client);
    const meanwhile = await findBatch(client, request.kind, request.night);
    if (meanwhile !== null) return await repeated(client, context, { request, batch: meanwhile });
    await requireNewest(client, request);
    await refuseOlder(client, request.night, request.file.snapshot.at);
    const snapshot = await resolveSnapshot(client, request.file.snapshot);
    requireFreeze(await findFrozenNight(client, request.night), request, snapshot);
    await resolveKeys(client, request, snapshot);
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
    return { batchId, isAlreadyApplied: false, appliedAt: null, snapshotAt: snapshot.at, result };
  });
  if (outcome.isAlreadyApplied) {
    await context.warn(
      `nothing was changed: ${outcome.batchId} was applied before, at ${outcome.appliedAt}, from this very file`,
      { batch_id: outcome.batchId },
    );
  }
  return outcome;
}

/**
 * Returns the first result of a batch that is already applied.
 * @throws FailTask if the batch was applied from another file, or a later revision replaced it
 */
async function repeated(
  client: PoolClient,
  context: TaskContext<unknown>,
  { request, batch }: { readonly request: BatchRequest; readonly batch: Batch },
): Promise<BatchOutcome> {
  const { file, night } = request;
  await requireNewest(client, request);
  if (batch.fileSha256 !== file.identitySha256) {
    throw new FailTask(
      `${night.businessDate} is applied from another file: ${batch.batchId} as of ${batch.snapshotAt}, sha256 ` +
        `${batch.fileSha256 ?? 'none'}, and this file is of ${file.snapshot.at}, sha256 ${file.identitySha256}; ` +
        'nothing was changed',
    );
  }
  return {
    batchId: batch.batchId,
    // This attempt's own commit whose acknowledgement was lost is not a repeat.
    isAlreadyApplied: batch.attemptToken !== context.attempt.token,
    appliedAt: batch.appliedAt,
    snapshotAt: batch.snapshotAt ?? file.snapshot.at,
    result: batch.result,
  };
}

/**
 * Requires that no later revision of the night is applied.
 * @throws FailTask otherwise
 */
async function requireNewest(client: PoolClient, { kind, night }: BatchRequest): Promise<void> {
  const applied = await newestRevision(client, night);
  if (applied === null || applied.revision <= night.revision) return;
  throw new FailTask(
    `this ${kind === 'RESET' ? 'reset' : 'variance'} is of revision ${night.revision} of ${night.businessDate}, which ` +
      `revision ${applied.revision}, as of ${applied.snapshotAt}, has superseded; nothing was changed`,
  );
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
    throw error instanceof InvalidFileError ? refusedFile(error, file.location) : error;
  });
  if (read.sha256 !== file.sha256) {
    throw new FailTask(
      aboutFile(
        `its sha256 is ${read.sha256}, and ${file.sha256} was published; nothing is applied`,
        file.location,
      ),
    );
  }
  if (file.rows !== null && read.rows !== file.rows) {
    throw new FailTask(aboutFile(`it has ${read.rows} rows, and ${file.rows} were published`, file.location));
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
      `${businessDate} was frozen before another batch of ${externalSystemId} was applied; ${again}`,
    );
  }
}

async function resolveKeys(
  client: PoolClient,
  { night, locations }: Pick<BatchRequest, 'night' | 'locations'>,
  snapshot: Snapshot,
): Promise<void> {
  const key = [...revisionKey(night)];
  const { at, byFacility } = snapshot;
  await client.query(STAGE_FACILITIES, [[...byFacility.keys()], [...byFacility.values()], at]);
  await client.query(STAGE_PRODUCTS, key);
  await client.query('analyze sync_facility, sync_product');
  await client.query(COLLECT_KEYS, key);
  await client.query('analyze sync_key');
  const { rowCount } = await client.query(SEVERAL_LOCATIONS);
  if (rowCount !== 0) await client.query(RESOLVE_LOCATIONS, [...key, locations]);
}
