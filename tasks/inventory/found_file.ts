import { z } from 'zod';
import { instantSchema } from './instant.ts';
import { locationSchema } from './location.ts';
import { manifestSchema } from './manifest.ts';
import { revisionSchema } from './revision.ts';

/** A file of the external system that is complete: the output of `wait_for_file`, as the next task reads it. */
export const foundFileSchema = z.strictObject({
  location: locationSchema,
  name: z.string(),
  bytes: z.int().nonnegative(),
  /** Null where the server does not tell. */
  modified_at: instantSchema.nullable(),
  snapshot_at: instantSchema,
  /** The snapshot's instant by facility id, where facilities have their own. */
  facilities: z.record(z.string(), instantSchema),
  manifest: manifestSchema.nullable(),
  revision: revisionSchema,
});
export type FoundFile = z.output<typeof foundFileSchema>;
