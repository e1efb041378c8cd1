import assert from 'node:assert/strict';
import type { Pool } from 'pg';
import { FailTask } from '../../../runner/task.ts';
import { omsDigest } from './oms.ts';

/** The work fails for good, says all of this, and leaves every row of every table of the OMS as it was. */
export async function assertStopped(
  pool: Pool,
  work: () => Promise<unknown>,
  ...says: readonly RegExp[]
): Promise<void> {
  const before = await omsDigest(pool);
  await assert.rejects(work, (error) => {
    assert.ok(error instanceof FailTask, `${error}`);
    for (const pattern of says) assert.match(error.message, pattern);
    return true;
  });
  assert.deepEqual(await omsDigest(pool), before);
}
