import { z } from 'zod';

/** Which revision of its night a file is: 1, unless it supersedes one that is applied. */
export const revisionSchema = z
  .int()
  .positive()
  .nullish()
  .transform((revision) => revision ?? 1);
