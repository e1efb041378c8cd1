import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { openTaskWorld } from '../../../runner/testing.ts';
import transfer from '../../../tasks/transfer.ts';
import type { TestServer } from '../../runner/connections/sftp/suite.ts';
import type { KilledAttempt } from './killed_attempt.ts';
import { twoPartners } from './two_partners.ts';

const CONTENT = 'store,units\n'.padEnd(100_000, 'S1,3\n');
const SOURCE = 'a/out/counts.csv';
const TARGET = 'b/kept/2026-03-10_counts.csv';

/** Every point of an archiving over two connections; between two of them it changes nothing outside. */
export const KILL_POINTS = [
  ...['created', 'written', 'closed', 'verified', 'renaming', 'renamed'].map((step) => `step:${step}`),
  ...Array.from({ length: 11 }, (_, call) => `call:${call + 1}`),
];

/**
 * Kills an attempt at the point and works the task again in the same run.
 * @returns whether the point was reached
 */
export async function killAndRepeat(server: TestServer, dieAt: string): Promise<boolean> {
  const partners = await twoPartners(server, `killed-${dieAt.replace(':', '-')}`);
  await partners.put(SOURCE, CONTENT);
  await partners.put('a/out/other.txt', 'untouched');
  const params = { action: 'archive', from: 'sftp://a/out/*.csv', to: 'sftp://b/kept' } as const;
  const attempt: KilledAttempt = { env: partners.env, params, dieAt };
  const program = path.join(import.meta.dirname, 'killed_attempt.ts');
  const child = spawn(process.execPath, [program, JSON.stringify(attempt)], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const [code, signal] = await once(child, 'exit');
  if (signal === null) assert.equal(code, 0);

  const atDeath = await partners.held();
  const whole = [SOURCE, TARGET].filter((file) => atDeath[file] !== undefined);
  assert.ok(whole.length > 0, `${dieAt}: the file is lost`);
  for (const file of whole) assert.equal(atDeath[file], CONTENT, `${dieAt}: ${file} is whole`);

  await using world = await openTaskWorld({ env: partners.env });
  await world.run(transfer, params);
  assert.deepEqual(await partners.held(), { 'a/out/other.txt': 'untouched', [TARGET]: CONTENT }, dieAt);
  return signal === 'SIGKILL';
}
