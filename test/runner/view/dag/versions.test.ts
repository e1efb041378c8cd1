import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { readDagFile, registerDagFile } from '../../../../runner/engine/dags/folder.ts';
import { dagFileById } from '../../../../runner/view/dag/files.ts';
import { readKnownDag } from '../../../../runner/view/dag/find.ts';
import { readVersions, readVersionText } from '../../../../runner/view/dag/versions.ts';
import { viewSource } from '../../../../runner/view/source.ts';
import { testEngine } from '../../../support/engine/engine.ts';
import { stepDag, steps } from '../../../support/engine/task_types.ts';

test('the versions of a DAG say who put each in force, newest first, and are paged by their id', async (t) => {
  const { pool, dagsDir, taskTypes, writeDag } = await testEngine(t, [steps().type]);
  const file = path.join(dagsDir, 'tuned.yaml');
  const save = async (retries: number, actor: string) => {
    await writeFile(file, stepDag('tuned', [`task_id: only, retries: ${retries}`]));
    await registerDagFile(pool, await readDagFile(file, taskTypes), { actor, channel: 'files' });
  };
  await save(1, 'worker 1@host');
  await save(2, 'operator');
  await save(3, 'worker 1@host');
  // The file goes back to its second text: the same version is in force again, and now by another.
  await save(2, 'night_shift');
  await writeDag('other', stepDag('other', ['task_id: only']));

  const first = await readVersions(pool, { dagId: 'tuned', limit: 2, before: null });
  assert.deepEqual(
    first.rows.map(({ isInForce, actor }) => [isInForce, actor]),
    [
      [false, 'worker 1@host'],
      [true, 'night_shift'],
    ],
  );
  const second = await readVersions(pool, { dagId: 'tuned', limit: 2, before: first.next });
  assert.deepEqual(
    second.rows.map(({ actor }) => actor),
    ['worker 1@host'],
  );
  assert.equal(second.next, null);
  const [oldest] = second.rows;
  assert.ok(oldest !== undefined);
  const { dagVersionId } = oldest;
  const text = await readVersionText(pool, { dagId: 'tuned', dagVersionId });
  assert.match(text.source, /retries: 1/);
  assert.deepEqual(text.calendars, []);
  await assert.rejects(readVersionText(pool, { dagId: 'other', dagVersionId }), { name: 'NotFound' });

  const source = viewSource(pool);
  const known = await readKnownDag(source, dagsDir, 'tuned');
  assert.equal(known.inForce?.tasks[0]?.retries, 2);
  assert.equal(known.file?.path, file);
  await rm(file);
  assert.equal((await readKnownDag(source, dagsDir, 'tuned')).file, null);
  await assert.rejects(readKnownDag(source, dagsDir, 'tunde'), {
    name: 'NotFound',
    message: 'there is no DAG tunde, did you mean tuned?',
  });
});

test('an id that is a path leads to no file', async () => {
  for (const dagId of ['../package', '/etc/passwd', '.hidden', 'a/b', 'a\\b', 'a\0'])
    assert.equal(await dagFileById('dags', dagId), null);
});
