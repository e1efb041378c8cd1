import type { Queryable } from '../queryable.ts';

/** The size of a stored chunk of an artifact in bytes; the last chunk may be shorter. */
export const ARTIFACT_CHUNK_BYTES = 1 << 20;

export interface Artifact {
  readonly artifactId: number;
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly rows: number | null;
  readonly createdAt: Temporal.Instant;
}

const COLUMNS = `artifact_id as "artifactId", name, size_bytes as bytes, sha256, row_count as rows, created_at as "createdAt"`;

export async function findArtifact(db: Queryable, runId: number, name: string): Promise<Artifact | null> {
  const { rows } = await db.query<Artifact>(
    `select ${COLUMNS} from stockflow.artifact where run_id = $1 and name = $2`,
    [runId, name],
  );
  return rows[0] ?? null;
}

export async function listArtifacts(db: Queryable, runId: number): Promise<readonly Artifact[]> {
  const { rows } = await db.query<Artifact>(
    `select ${COLUMNS} from stockflow.artifact where run_id = $1 order by name`,
    [runId],
  );
  return rows;
}

/**
 * Yields the artifact's bytes in order, one stored chunk at a time.
 * @param replaced makes the error to throw if a task has replaced the artifact during the read
 */
export async function* artifactChunks(
  db: Queryable,
  { artifactId, bytes }: Artifact,
  replaced: () => Error,
): AsyncGenerator<Buffer> {
  let bytesRead = 0;
  for (let seq = 0; bytesRead < bytes; seq += 1) {
    const { rows } = await db.query<{ data: Buffer }>(
      'select data from stockflow.artifact_chunk where artifact_id = $1 and seq = $2',
      [artifactId, seq],
    );
    const [chunk] = rows;
    if (chunk === undefined) throw replaced();
    bytesRead += chunk.data.length;
    yield chunk.data;
  }
}

/**
 * Begins an artifact in an open transaction, in place of the run's earlier one of this name. `finishArtifact` sets its
 * size and checksum in the same transaction.
 * @returns null if the attempt was superseded: it may not write any more
 */
export async function beginArtifact(
  db: Queryable,
  owner: { readonly taskInstanceId: number; readonly attemptToken: number },
  name: string,
): Promise<number | null> {
  const { rows } = await db.query<{ runId: number; attemptNumber: number }>(
    `select run_id as "runId", attempt_number as "attemptNumber" from stockflow.task_instance
      where task_instance_id = $1 and attempt_token = $2 and state = 'running' for key share`,
    [owner.taskInstanceId, owner.attemptToken],
  );
  const [attempt] = rows;
  if (attempt === undefined) return null;
  // The task that gives the bytes may pause between them for long.
  await db.query(`select set_config('idle_in_transaction_session_timeout', '0', true)`);
  await db.query('delete from stockflow.artifact where run_id = $1 and name = $2', [attempt.runId, name]);
  const inserted = await db.query<{ id: number }>(
    `insert into stockflow.artifact (run_id, name, task_instance_id, attempt_number, size_bytes, sha256)
     values ($1, $2, $3, $4, 0, '') returning artifact_id as id`,
    [attempt.runId, name, owner.taskInstanceId, attempt.attemptNumber],
  );
  return inserted.rows[0]?.id ?? null;
}

export async function appendArtifactChunk(
  db: Queryable,
  artifactId: number,
  seq: number,
  data: Buffer,
): Promise<void> {
  await db.query('insert into stockflow.artifact_chunk (artifact_id, seq, data) values ($1, $2, $3)', [
    artifactId,
    seq,
    data,
  ]);
}

export async function finishArtifact(
  db: Queryable,
  artifactId: number,
  facts: { readonly bytes: number; readonly sha256: string; readonly rows: number | null },
): Promise<void> {
  await db.query(
    'update stockflow.artifact set size_bytes = $2, sha256 = $3, row_count = $4 where artifact_id = $1',
    [artifactId, facts.bytes, facts.sha256, facts.rows],
  );
}
