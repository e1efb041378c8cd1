import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { verifyNight } from '../../tasks/oms/verify/verify.ts';
import { type TestNight, testNight } from '../support/night/night.ts';
import { until } from '../support/until.ts';

/** The nights in which long-lived resources are opened: pools, the queue, the listening server. */
const WARM_UP = 2;
const NIGHTS = 10;

test('ten nights in one process leave no socket, no thread and no temporary file behind', async (t) => {
  const night = await testNight(t);
  // Its own, so that what other processes leave is not counted.
  const temporaryDir = await mkdtemp(path.join(tmpdir(), 'stockflow-many-nights-'));
  t.after(() => rm(temporaryDir, { recursive: true, force: true }));
  process.env.TMPDIR = temporaryDir;
  await night.startWorker();
  for (let index = 0; index < WARM_UP; index += 1) await runNight(night, index);
  const [filesBefore, heldBefore] = [await readdir(temporaryDir), held()];
  for (let index = 0; index < NIGHTS; index += 1) await runNight(night, WARM_UP + index);
  assert.deepEqual(await readdir(temporaryDir), filesBefore);
  // A pool may have opened a session more; what every night left would be one for each of them.
  await until(`fewer than ${NIGHTS} more than ${JSON.stringify(heldBefore)}`, async () =>
    Object.entries(held()).every(([kind, count]) => count - (heldBefore[kind] ?? 0) < NIGHTS) ? true : null,
  );
  assert.deepEqual(
    (await night.site.filesIn('hotwax')).filter((file) => !/\.csv(\.manifest\.json)?$/.test(file)),
    [],
  );
});

/** Runs a night of its own date and file: the world's, with the instant as a remark so that its bytes are new. */
async function runNight(night: TestNight, index: number): Promise<void> {
  const date = night.world.night.businessDate.add({ days: index });
  const snapshotAt = night.snapshotAt.add({ hours: 24 * index });
  const content = night.file.toString().replace(/,\n/, `,night ${index}\n`);
  await night.site.clearOutgoing();
  await night.site.putReset({ snapshotAt, content });
  const { run, tasks } = await night.run({ date });
  assert.equal(
    run.state,
    'success',
    JSON.stringify(tasks.map(({ taskId, errorText }) => [taskId, errorText])),
  );
  const client = await night.pool.connect();
  const check = await verifyNight(client, { externalSystemId: 'RETAIL_PRO', businessDate: date.toString() });
  client.release();
  for (const [name, { violations, examples }] of Object.entries(check)) {
    assert.equal(violations, 0, `${name} on ${date}: ${JSON.stringify(examples)}`);
  }
}

const PASSING = ['Timeout', 'Immediate', 'FSReqPromise', 'FSReqCallback'];

/** Returns the number of each kind of resource that this process holds, without short-lived ones. */
function held(): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) {
    if (PASSING.includes(kind)) continue;
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}
