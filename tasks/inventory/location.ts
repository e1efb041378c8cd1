import { z } from 'zod';

/** `artifact:name`, `sftp://connection/path` or `file:path`. */
export const locationSchema = z
  .string()
  .regex(/^(artifact:|sftp:\/\/|file:)./, 'must be artifact:name, sftp://connection/path or file:path');

/** The location of `name` in the folder that `location` names. */
export function within(folder: string, name: string): string {
  return `${folder.replace(/\/+$/, '')}/${name}`;
}
