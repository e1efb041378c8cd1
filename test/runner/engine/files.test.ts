import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { ConnectionError, FailTask } from '../../../runner/task.ts';
import { testEngine } from '../../support/engine/engine.ts';
import { stepDag, steps } from '../../support/engine/task_types.ts';

const isConflict = (error: unknown) => error instanceof ConnectionError && error.kind === 'conflict';

test('a task publishes without replacing, renames and removes files, and a killed attempt of its run leaves no part', async (t) => {
  const { type, on } = steps();
  const engine = await testEngine(t, [type]);
  await engine.writeDag('filing', stepDag('filing', ['task_id: file']));
  const out = path.join(engine.dagsDir, 'out');
  await mkdir(out);
  // As an attempt of run 1 leaves it, and one of another run.
  await writeFile(path.join(out, '.a.csv.1.7-3.part'), 'half');
  await writeFile(path.join(out, '.a.csv.2.7-3.part'), 'of another run');
  on('file', async ({ files }) => {
    const refuse = { existing: 'refuse' } as const;
    for (const place of ['file:out/a.csv', 'artifact:a.csv']) {
      const first = await files.publish(place, 'one\n', refuse);
      assert.deepEqual(await files.publish(place, 'one\n', refuse), first);
      await assert.rejects(files.publish(place, 'two\n', refuse), isConflict);
      assert.equal(new TextDecoder().decode(await files.read(place)), 'one\n');
      await files.publish(place, 'two\n');
      assert.equal(new TextDecoder().decode(await files.read(place)), 'two\n');
    }
    await files.publish('file:out/b.csv', 'b');
    assert.equal(await files.rename('file:out/a.csv', 'file:out/b.csv'), false);
    assert.equal(await files.rename('file:out/a.csv', 'artifact:c.csv'), false);
    assert.equal(await files.rename('file:out/a.csv', 'file:out/new/c.csv'), true);
    assert.equal(await files.stat('file:out/a.csv'), null);
    assert.equal(await files.remove('file:out/b.csv'), true);
    assert.equal(await files.remove('file:out/b.csv'), false);
    await assert.rejects(files.remove('artifact:a.csv'), FailTask);
    return null;
  });
  await engine.startWorker();
  const { states, tasks } = await engine.run('filing');
  assert.deepEqual(states, { file: 'success' }, tasks[0]?.errorText ?? '');
  assert.deepEqual((await readdir(out)).sort(), ['.a.csv.2.7-3.part', 'new']);
  assert.equal(await readFile(path.join(out, 'new/c.csv'), 'utf8'), 'two\n');
});
