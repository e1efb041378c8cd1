import { readFileSync } from 'node:fs';

/** The statement in a `.sql` file beside the module that asks: `readSql(import.meta.url, './post.sql')`. */
export function readSql(moduleUrl: string, file: string): string {
  return readFileSync(new URL(file, moduleUrl), 'utf8');
}
