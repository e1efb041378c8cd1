import { z } from 'zod';
import { location } from '../../runner/task.ts';
import { instantSchema } from '../inventory/file/instant.ts';
import { manifestSchema } from '../inventory/file/manifest.ts';
import { revisionSchema } from '../inventory/file/revision.ts';

/** A complete file of the external system: the output of `wait_for_file`, as the next task reads it. */
export const foundFileSchema = z.strictObject({
  location: location({ access: 'read', of: 'file' }),
  name: z.string(),
  bytes: z.int().nonnegative(),
  /** Null if the server gives no mtime. */
  modified_at: instantSchema.nullable(),
  snapshot_at: instantSchema,
  /** The snapshot instant by facility id, for facilities that have their own. */
  facilities: z.record(z.string(), instantSchema),
  manifest: manifestSchema.nullable(),
  revision: revisionSchema,
});
export type FoundFile = z.output<typeof foundFileSchema>;
