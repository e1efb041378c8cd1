import assert from 'node:assert/strict';
import { mkdir, rm, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { warningsOfRuns } from '../../runner/store/task/warning.ts';
import { type TestNight, testNight } from '../support/night/night.ts';

const OLD = 'reset_inventory_20241220T040000Z.csv';

/** Lays a file down whose age is counted back from the night of 2025-01-15. */
async function putFile(night: TestNight, file: string, content: string, modifiedAt: string): Promise<void> {
  const place = night.site.place(file);
  await mkdir(path.dirname(place), { recursive: true });
  await writeFile(place, content);
  const seconds = Temporal.Instant.from(modifiedAt).epochMilliseconds / 1000;
  await utimes(place, seconds, seconds);
}

test('files of long proven nights are archived and pruned after the proof; a failure of that is a warning, and a re-run finds its file', async (t) => {
  const night = await testNight(t);
  await putFile(night, `retailpro/outgoing/${OLD}`, 'old', '2024-12-20T04:10:00Z');
  await putFile(night, `retailpro/outgoing/${OLD}.manifest.json`, '{}', '2024-12-20T04:11:00Z');
  // Fourteen days before 01:00 in New York are 2025-01-01T06:00Z.
  await putFile(
    night,
    'retailpro/outgoing/reset_inventory_20250101T040000Z.csv',
    'kept',
    '2025-01-01T06:00:00Z',
  );
  await putFile(night, 'retailpro/archive/reset_inventory_20231201T040000Z.csv', 'x', '2023-12-01T04:10:00Z');
  await putFile(night, `retailpro/archive/${OLD}`, 'of another kind', '2024-12-20T04:10:00Z');
  const tonight = (await night.site.filesIn('retailpro/outgoing')).filter(
    (name) => !/2024|20250101/.test(name),
  );
  await night.startWorker();

  const first = await night.run();
  assert.equal(first.run.state, 'success');
  assert.equal(first.states.verify_night, 'success');
  assert.equal(first.states.archive_reset_files, 'failed');
  assert.equal(first.states.prune_old_files, 'upstream_failed');
  const ofArchive = async (runId: number) =>
    (await warningsOfRuns(night.pool, [runId])).filter(({ taskId }) => taskId === 'archive_reset_files');
  const [warning, ...more] = await ofArchive(first.run.runId);
  assert.match(
    warning?.sentence ?? '',
    /^it failed, which this task may \(allow_failure\): sftp:\/\/retailpro\/retailpro\/archive\/reset_inventory_20241220T040000Z\.csv exists with other content/,
  );
  assert.deepEqual(more, []);

  await rm(night.site.place(`retailpro/archive/${OLD}`));
  const second = await night.run();
  assert.deepEqual(new Set(Object.values(second.states)), new Set(['success']));
  assert.deepEqual(await ofArchive(second.run.runId), []);
  assert.deepEqual(await night.site.filesIn('retailpro/archive'), [OLD, `${OLD}.manifest.json`]);
  assert.deepEqual(
    await night.site.filesIn('retailpro/outgoing'),
    ['reset_inventory_20250101T040000Z.csv', ...tonight].sort(),
  );
  const { rows } = await night.pool.query<{ action: string; location: string }>(
    `select action, before ->> 'location' as location from audit.event
      where action in ('file.moved', 'file.removed') and run_id = $1 order by event_id`,
    [second.run.runId],
  );
  assert.deepEqual(rows, [
    { action: 'file.moved', location: `sftp://retailpro/retailpro/outgoing/${OLD}` },
    { action: 'file.moved', location: `sftp://retailpro/retailpro/outgoing/${OLD}.manifest.json` },
    {
      action: 'file.removed',
      location: 'sftp://retailpro/retailpro/archive/reset_inventory_20231201T040000Z.csv',
    },
  ]);
});
