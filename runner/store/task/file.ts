import type { Queryable } from '../queryable.ts';

/** A file that an attempt read or published. */
export interface FileTouch {
  readonly taskInstanceId: number;
  readonly attemptNumber: number;
  readonly direction: 'read' | 'published';
  /** The connection of the file; null for artifacts and local files. */
  readonly connection: string | null;
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly rows: number | null;
}

export async function recordFile(db: Queryable, touch: FileTouch): Promise<void> {
  await db.query(
    `insert into stockflow.file
       (task_instance_id, attempt_number, direction, connection, path, size_bytes, sha256, row_count)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      touch.taskInstanceId,
      touch.attemptNumber,
      touch.direction,
      touch.connection,
      touch.path,
      touch.bytes,
      touch.sha256,
      touch.rows,
    ],
  );
}

/** Returns the files that one attempt read and published, in the order in which it did. */
export async function filesOfAttempt(
  db: Queryable,
  { taskInstanceId, attemptNumber }: Pick<FileTouch, 'taskInstanceId' | 'attemptNumber'>,
): Promise<readonly Omit<FileTouch, 'taskInstanceId' | 'attemptNumber'>[]> {
  const { rows } = await db.query<Omit<FileTouch, 'taskInstanceId' | 'attemptNumber'>>({
    name: 'stockflow.files_of_attempt',
    text: `select direction, connection, path, size_bytes as bytes, sha256, row_count as rows
       from stockflow.file
      where task_instance_id = $1 and attempt_number = $2
      order by file_id`,
    values: [taskInstanceId, attemptNumber],
  });
  return rows;
}

/** Returns the paths under which attempts read contents, by sha256: the newest path of each. */
export async function pathsRead(
  db: Queryable,
  sha256s: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const { rows } = await db.query<{ sha256: string; path: string }>(
    `select distinct on (sha256) sha256, path
       from stockflow.file
      where sha256 = any ($1) and direction = 'read'
      order by sha256, file_id desc`,
    [sha256s],
  );
  return new Map(rows.map(({ sha256, path }) => [sha256, path]));
}
