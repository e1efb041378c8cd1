import { readFileSync } from 'node:fs';

/** Reads a `.sql` file beside the calling module: `readSql(import.meta.url, './post.sql')`. */
export function readSql(moduleUrl: string, file: string): string {
  return readFileSync(new URL(file, moduleUrl), 'utf8');
}
