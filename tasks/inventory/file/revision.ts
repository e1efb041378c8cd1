import { z } from 'zod';

/** The number of a file within its night: 1, or higher if it supersedes an applied one. */
export const revisionSchema = z
  .int()
  .positive()
  .nullish()
  .transform((revision) => revision ?? 1);
