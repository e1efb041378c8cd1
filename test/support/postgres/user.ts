/**
 * Run as a process of its own: uses the embedded server of the home `argv[2]` until stdin ends, then leaves. Prints one
 * line of JSON, `{ url, startedHere }`, once the server is there, and what the server's keeper logs.
 */
import { once } from 'node:events';
import { ensureEmbeddedPostgres } from '../../../runner/connections/postgres/embedded/server.ts';

const report = (message: string) => console.log(JSON.stringify({ message }));
const server = await ensureEmbeddedPostgres({
  homeDir: process.argv[2] ?? '',
  log: { info: report, warn: report },
});
console.log(JSON.stringify({ url: server.url, startedHere: server.startedHere }));
process.stdin.resume();
await once(process.stdin, 'end');
await server[Symbol.asyncDispose]();
