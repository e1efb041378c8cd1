/** Keeps one server up while all tests run: node --test --test-global-setup=test/setup.ts. */
import { openTestServer } from '../../../runner/testing.ts';

const server = await openTestServer();

export async function globalTeardown(): Promise<void> {
  await server[Symbol.asyncDispose]();
}
