import { z } from 'zod';
import { location } from '../../../runner/task.ts';
import { instantSchema } from '../../inventory/file/instant.ts';
import { revisionSchema } from '../../inventory/file/revision.ts';

const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 lower-case hex digits');

/** The instant of a file's counts, as another task's output gives it. */
export const fileSnapshotSchema = z.looseObject({
  snapshot_at: instantSchema,
  facilities: z
    .record(z.string(), instantSchema)
    .nullish()
    .transform((facilities) => facilities ?? {}),
  revision: revisionSchema,
});

/** A published file, as the output of the task that published it. */
export const publishedFileSchema = fileSnapshotSchema.extend({
  location: location({ access: 'read', of: 'file' }),
  sha256: sha256Schema,
  rows: z.int().nonnegative().nullish(),
  /** The external system's own file from which this one was made. */
  source: z.looseObject({ sha256: sha256Schema }).nullish(),
});
