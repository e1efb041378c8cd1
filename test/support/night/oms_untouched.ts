import assert from 'node:assert/strict';
import type { Pool } from 'pg';
import { FailTask, type TaskRemedy } from '../../../runner/task.ts';
import { omsDigest } from './oms.ts';

/**
 * The work fails for good, says all of this, and leaves every row of every table of the OMS as it was.
 * @returns the action that its error proposes
 */
export async function assertStopped(
  pool: Pool,
  work: () => Promise<unknown>,
  ...says: readonly RegExp[]
): Promise<TaskRemedy | null> {
  const before = await omsDigest(pool);
  let remedy: TaskRemedy | null = null;
  await assert.rejects(work, (error) => {
    assert.ok(error instanceof FailTask, `${error}`);
    for (const pattern of says) assert.match(error.message, pattern);
    remedy = error.remedy;
    return true;
  });
  assert.deepEqual(await omsDigest(pool), before);
  return remedy;
}
