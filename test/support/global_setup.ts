/**
 * Prepares a whole run, for `node --test --test-global-setup=test/support/global_setup.ts`: one temporary Postgres, a
 * folder for temporary files, and a cache of the code with its types stripped, which every process of the run shares.
 */
import path from 'node:path';
import { TEST_SERVER_VARIABLE } from './postgres/database.ts';
import { startThrowawayServer, type ThrowawayServer } from './postgres/server.ts';
import { makeRunFolder, type RunFolder } from './run_folder.ts';

const COMPILE_CACHE = path.join(import.meta.dirname, '../../node_modules/.cache/stockflow-test');

let folder: RunFolder | undefined;
let server: ThrowawayServer | undefined;

export async function globalSetup(): Promise<void> {
  process.env.NODE_COMPILE_CACHE ||= COMPILE_CACHE;
  folder = await makeRunFolder();
  process.env.TMPDIR = folder.directory;
  if (process.env.TEST_DATABASE_URL) return;
  server = await startThrowawayServer();
  process.env[TEST_SERVER_VARIABLE] = server.url;
}

export async function globalTeardown(): Promise<void> {
  await server?.stop();
  await folder?.[Symbol.asyncDispose]();
}
