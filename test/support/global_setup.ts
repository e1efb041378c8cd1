/** One throw-away Postgres for the whole run: `node --test --test-global-setup=test/support/global_setup.ts`. */
import { TEST_SERVER_VARIABLE } from './postgres/database.ts';
import { startThrowawayServer, type ThrowawayServer } from './postgres/server.ts';

let server: ThrowawayServer | undefined;

export async function globalSetup(): Promise<void> {
  if (process.env.TEST_DATABASE_URL) return;
  server = await startThrowawayServer();
  process.env[TEST_SERVER_VARIABLE] = server.url;
}

export async function globalTeardown(): Promise<void> {
  await server?.stop();
}
