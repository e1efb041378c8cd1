/**
 * The program that a user would write without Stockflow, with ssh2 and csv-parse as their documentation shows: `node
 * plain_filter.ts JSON`. Prints the milliseconds that the work took, without the start of the process.
 */
import { readFileSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { parse } from 'csv-parse';
import { Client, type SFTPWrapper } from 'ssh2';
import { z } from 'zod';

const workSchema = z.object({
  port: z.int(),
  username: z.string(),
  privateKeyFile: z.string(),
  source: z.string(),
  target: z.string(),
  /** A file with one active product a line. */
  skusFile: z.string(),
});
export type PlainWork = z.output<typeof workSchema>;

const work = workSchema.parse(JSON.parse(process.argv[2] ?? '{}'));
const begunAt = performance.now();
const client = new Client();
const ready = Promise.withResolvers<void>();
client.on('ready', () => ready.resolve()).on('error', (error) => ready.reject(error));
client.connect({
  host: '127.0.0.1',
  port: work.port,
  username: work.username,
  privateKey: readFileSync(work.privateKeyFile),
});
await ready.promise;
const sftp: SFTPWrapper = await promisify(client.sftp.bind(client))();
const active = new Set(readFileSync(work.skusFile, 'utf8').trimEnd().split('\n'));
await pipeline(
  sftp.createReadStream(work.source),
  // Relaxed, because of the damaged rows in the file, at which it would stop.
  parse({ columns: true, relax_column_count: true, relax_quotes: true }),
  async function* (rows: AsyncIterable<Record<string, string>>) {
    for await (const row of rows)
      if (active.has(row.idValue ?? '')) yield `${Object.values(row).join(',')}\n`;
  },
  sftp.createWriteStream(work.target),
);
client.end();
process.stdout.write(`${performance.now() - begunAt}\n`);
