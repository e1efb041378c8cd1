/** Asserts that a night was refused: the task says why and is not tried again, and no count was touched. */
import assert from 'node:assert/strict';
import type { EndedRun } from '../engine/engine.ts';
import type { TestNight } from './night.ts';
import { FREEZE_TABLES, omsDigest } from './oms.ts';

export interface Refused {
  readonly taskId: string;
  /** All of them must match its error text. */
  readonly says: readonly RegExp[];
  readonly date?: Temporal.PlainDate;
}

/**
 * Works the night and asserts how it ends. What fails before the filter leaves the OMS and our folders as they were, byte
 * for byte. The variance task stands beside the filter, so that its freeze and its file may be there when that fails; no
 * count depends on them until a reset follows.
 */
export async function assertRefused(night: TestNight, { taskId, says, date }: Refused): Promise<EndedRun> {
  const isBesideVariance = taskId === 'filter_reset_file';
  const except = isBesideVariance ? FREEZE_TABLES : [];
  const folder = isBesideVariance ? 'hotwax/reset_inventory' : 'hotwax';
  const [omsBefore, filesBefore] = [
    await omsDigest(night.pool, { except }),
    await night.site.filesIn(folder),
  ];
  const ended = await night.run(date === undefined ? {} : { date });
  assertFailedOnce(ended, taskId, says);
  assert.deepEqual(await omsDigest(night.pool, { except }), omsBefore);
  assert.deepEqual(await night.site.filesIn(folder), filesBefore);
  for (const successor of ['reset_inventory', 'apply_variance']) {
    assert.equal(ended.states[successor], 'upstream_failed', successor);
  }
  return ended;
}

/** The run has failed, and the task at its first attempt. */
export function assertFailedOnce({ run, tasks }: EndedRun, taskId: string, says: readonly RegExp[]): void {
  const task = tasks.find((instance) => instance.taskId === taskId);
  assert.equal(task?.state, 'failed', `${taskId}: ${task?.errorText}`);
  for (const pattern of says) assert.match(task?.errorText ?? '', pattern);
  assert.deepEqual([task?.attemptNumber, task?.failureCount], [1, 1], 'it was tried again');
  assert.equal(run.state, 'failed');
}
