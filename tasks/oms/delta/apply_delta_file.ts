import type { PoolClient } from 'pg';
import type { JsonObject, TaskContext } from '../../../runner/task.ts';
import { InvalidFileError } from '../../inventory/file/invalid_file.ts';
import { disagreements } from '../../inventory/file/manifest.ts';
import { guardRejected } from '../../inventory/guard/guards.ts';
import { readSql } from '../database/sql.ts';
import { inTransaction, lockSync } from '../database/transaction.ts';
import { type ListedFile, recordFile } from './files/processed_files.ts';
import { type DeltaFile, type DeltaFormat, type DeltaLine, readDeltaFile } from './stage/delta_lines.ts';

const sql = (file: string) => readSql(import.meta.url, file);
const STAGING = sql('./stage/staging.sql');
const STAGE_LINES = sql('./stage/stage_lines.sql');
const RESOLVE_ROWS = sql('./stage/resolve_rows.sql');
const COUNT_ROWS = sql('./stage/count_rows.sql');
const SAMPLE_REJECTS = sql('./stage/sample_rejects.sql');
const FIND_BATCH = sql('./find_batch.sql');
const INSERT_BATCH = sql('./insert_batch.sql');
const CREATE_ITEMS = sql('./create_items.sql');
const RECORD_DELTAS = sql('./record_deltas.sql');
const RECORD_REJECTS = sql('./record_rejects.sql');
const POST_DETAILS = sql('./post_details.sql');
const ADD_TO_FROZEN = sql('./add_to_frozen.sql');

const SAMPLES_MAX = 3;
const SHA_SHOWN = 16;

export interface DeltaRequest {
  readonly connection: string;
  readonly externalSystemId: string;
  readonly file: ListedFile;
  readonly format: DeltaFormat;
  readonly idType: string;
  /** The OFBiz `reasonEnumId` of the details. */
  readonly reason: string;
  /** Highest share of rejected rows, 0 to 1. */
  readonly maxRejected: number;
}

export interface DeltaOutcome {
  readonly batchId: string;
  readonly isAlreadyApplied: boolean;
  readonly sha256: string;
  /** The result that the first application reported. */
  readonly result: JsonObject;
}

interface Counts {
  readonly rows: number;
  readonly rejected: number;
  readonly posted: number;
  readonly covered: number;
  readonly keys: number;
  readonly units_up: number;
  readonly units_down: number;
}

/**
 * Applies all lines of a delta file exactly once by its content, in one transaction. The same content under any name
 * returns the first result.
 * @throws InvalidFileError if the file cannot be used; the refusal is recorded, so that the file is not listed again
 */
export async function applyDeltaFile(
  context: TaskContext<unknown>,
  request: DeltaRequest,
): Promise<DeltaOutcome> {
  const pool = await context.connections.postgres(request.connection);
  const transaction = { isolation: 'read committed', signal: context.signal } as const;
  try {
    const read = await readWhole(context, request);
    return await inTransaction(pool, transaction, async (client) => {
      const before = await findBatch(client, request.externalSystemId, read.sha256);
      if (before !== null) return await repeated(context, { client, request, sha256: read.sha256 }, before);
      await client.query(STAGING);
      await stage(client, read.lines);

      // The keys that a reset covers, and the frozen nights, must not change between reading and posting.
      await lockSync(client);
      const meanwhile = await findBatch(client, request.externalSystemId, read.sha256);
      if (meanwhile !== null) {
        return await repeated(context, { client, request, sha256: read.sha256 }, meanwhile);
      }
      await client.query(RESOLVE_ROWS, [request.idType]);
      const counts = await countRows(client);
      await refuseRejected(client, counts, request.maxRejected);
      return await post(context, { client, request, read, counts });
    });
  } catch (error) {
    if (error instanceof InvalidFileError) {
      await inTransaction(pool, transaction, (client) =>
        recordFile(client, request, { outcome: 'refused', reason: error.message }),
      );
    }
    throw error;
  }
}

async function readWhole(context: TaskContext<unknown>, { file, format }: DeltaRequest): Promise<DeltaFile> {
  const read = await readDeltaFile(await context.files.open(file.location), format);
  await context.files.recordRead({
    location: file.location,
    sha256: read.sha256,
    bytes: read.bytes,
    rows: read.lines.length,
  });
  context.meter({ rowsIn: read.lines.length, bytesIn: read.bytes });
  if (file.manifest !== null) {
    const found = { sha256: read.sha256, bytes: read.bytes, rows: read.lines.length };
    const faults = disagreements(file.manifest, found);
    if (faults.length > 0)
      throw new InvalidFileError(`it is not what its manifest says: ${faults.join('; ')}`);
  }
  return read;
}

async function stage(client: PoolClient, lines: readonly DeltaLine[]): Promise<void> {
  await client.query(STAGE_LINES, [
    lines.map(({ line }) => line),
    lines.map(({ facilityId }) => facilityId),
    lines.map(({ externalFacilityId }) => externalFacilityId),
    lines.map(({ idType }) => idType),
    lines.map(({ idValue }) => idValue),
    lines.map(({ quantity }) => quantity),
    lines.map(({ effectiveDate }) => effectiveDate),
    lines.map(({ problem }) => problem),
    lines.map(({ raw }) => raw),
  ]);
  await client.query('analyze delta_line');
}

async function countRows(client: PoolClient): Promise<Counts> {
  const { rows } = await client.query<Counts>(COUNT_ROWS);
  if (rows[0] === undefined) throw new Error('a count has no row');
  return rows[0];
}

async function refuseRejected(client: PoolClient, counts: Counts, maxRejected: number): Promise<void> {
  const tripped = guardRejected(counts.rejected, counts.rows, maxRejected);
  if (tripped === null) return;
  const { rows } = await client.query<{ line: number; problem: string }>(SAMPLE_REJECTS, [SAMPLES_MAX]);
  const samples = rows.map(({ line, problem }) => `line ${line}: ${problem}`);
  throw new InvalidFileError(`${tripped.sentence}; ${samples.join('; ')}`);
}

interface Posting {
  readonly client: PoolClient;
  readonly request: DeltaRequest;
  readonly read: DeltaFile;
  readonly counts: Counts;
}

async function post(
  context: TaskContext<unknown>,
  { client, request, read, counts }: Posting,
): Promise<DeltaOutcome> {
  const { externalSystemId, file } = request;
  const batchId = `DELTA-${externalSystemId}-${read.sha256.slice(0, SHA_SHOWN)}`;
  const { units_up, units_down, ...rest } = counts;
  const result = { ...rest, units_up, units_down, net_units: units_up - units_down };
  await client.query(INSERT_BATCH, [
    batchId,
    externalSystemId,
    read.sha256,
    file.name,
    counts.rows,
    context.attempt.token,
    JSON.stringify(result),
  ]);
  await client.query(RECORD_DELTAS, [batchId]);
  await client.query(RECORD_REJECTS, [batchId]);
  await client.query(CREATE_ITEMS);
  await client.query(POST_DETAILS, [batchId, request.reason]);
  const { rows: frozen } = await client.query<JsonObject>(ADD_TO_FROZEN);
  for (const night of frozen)
    context.log.info('movements before a frozen snapshot were added to its ledger', night);
  await recordFile(client, request, { outcome: 'applied', reason: null });
  return { batchId, isAlreadyApplied: false, sha256: read.sha256, result };
}

interface Batch {
  readonly batch_id: string;
  readonly file_name: string | null;
  readonly attempt_token: string | null;
  readonly result: JsonObject;
}

async function findBatch(
  client: PoolClient,
  externalSystemId: string,
  sha256: string,
): Promise<Batch | null> {
  const { rows } = await client.query<Batch>(FIND_BATCH, [externalSystemId, sha256]);
  return rows[0] ?? null;
}

async function repeated(
  context: TaskContext<unknown>,
  {
    client,
    request,
    sha256,
  }: { readonly client: PoolClient; readonly request: DeltaRequest; readonly sha256: string },
  batch: Batch,
): Promise<DeltaOutcome> {
  // This attempt's own commit whose acknowledgement was lost is not a repeat.
  const isAlreadyApplied = batch.attempt_token !== context.attempt.token;
  if (isAlreadyApplied) {
    await recordFile(client, request, { outcome: 'repeated', reason: null });
    context.log.info('the same content was applied before', {
      batchId: batch.batch_id,
      appliedName: batch.file_name,
    });
  }
  return { batchId: batch.batch_id, isAlreadyApplied, sha256, result: batch.result };
}
