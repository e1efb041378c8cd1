/** DAG files in a ConfigMap as Kubernetes mounts and updates it: links through `..data`, which is swapped for another revision. */
import assert from 'node:assert/strict';
import { lstat, mkdir, mkdtemp, readdir, readlink, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { DagWatch } from '../../../../runner/engine/dags/watch.ts';
import { listDags } from '../../../../runner/store/dag/dag.ts';
import { testEngine, testLog } from '../../../support/engine/engine.ts';
import { stepDag, steps } from '../../../support/engine/task_types.ts';

type Files = Readonly<Record<string, string>>;

/** Updates the mount in the order in which the kubelet does. @returns the states that a reader can meet, one after each step */
async function* update(mount: string, revision: string, files: Files): AsyncGenerator<string> {
  const before = await readlink(path.join(mount, '..data')).catch(() => null);
  const folder = `..2026_11_28_${revision}`;
  await mkdir(path.join(mount, folder));
  for (const [name, text] of Object.entries(files)) await writeFile(path.join(mount, folder, name), text);
  await symlink(folder, path.join(mount, '..data_tmp'));
  yield 'written beside';
  await rename(path.join(mount, '..data_tmp'), path.join(mount, '..data'));
  yield 'swapped';
  for (const name of Object.keys(files)) {
    const link = path.join(mount, name);
    if ((await lstat(link).catch(() => null)) === null) await symlink(path.join('..data', name), link);
  }
  yield 'new names linked';
  for (const name of await readdir(mount)) {
    if (!name.startsWith('..') && !(name in files)) await rm(path.join(mount, name));
  }
  if (before !== null) await rm(path.join(mount, before), { recursive: true });
  yield 'old revision removed';
}

test('an update of a ConfigMap brings the new text, a new DAG and the end of a removed one into force, in whichever step it is read', async (t) => {
  const engine = await testEngine(t, [steps().type]);
  const mount = await mkdtemp(path.join(tmpdir(), 'stockflow-mount-'));
  t.after(() => rm(mount, { recursive: true, force: true }));
  const watch = new DagWatch(mount, engine.taskTypes);
  /** Each DAG in force with its number of problems, and whether its text is the newest. */
  const inForce = async () => {
    await watch.check(engine.pool, 'test', testLog);
    const rows = await listDags(engine.pool);
    return Object.fromEntries(
      rows
        .filter(({ retiredAt }) => retiredAt === null)
        .map(({ dagId, sha256, problems }) => [dagId, { sha256, problems: problems?.length ?? 0 }]),
    );
  };
  const old = {
    'kept.yaml': stepDag('kept', ['task_id: one']),
    'removed.yaml': stepDag('removed', ['task_id: one']),
  };
  for await (const _ of update(mount, 'a', old));
  const first = await inForce();
  assert.deepEqual(Object.keys(first), ['kept', 'removed']);

  const edited = {
    'added.yaml': stepDag('added', ['task_id: one']),
    'kept.yaml': stepDag('kept', ['task_id: two']),
  };
  const seen: (readonly [string, boolean, readonly string[]])[] = [];
  for await (const step of update(mount, 'b', edited)) {
    const now = await inForce();
    assert.equal(now.kept?.problems, 0, step);
    seen.push([step, now.kept?.sha256 !== first.kept?.sha256, Object.keys(now)]);
    // Its name leads nowhere for a moment: the last version stays in force.
    if (now.removed !== undefined) assert.equal(now.removed.sha256, first.removed?.sha256, step);
  }
  assert.deepEqual(seen, [
    ['written beside', false, ['kept', 'removed']],
    ['swapped', true, ['kept', 'removed']],
    ['new names linked', true, ['added', 'kept', 'removed']],
    ['old revision removed', true, ['added', 'kept']],
  ]);
  const { rows } = await engine.pool.query<{ action: string }>(
    `select action from audit.event where dag_id = 'kept' order by event_id`,
  );
  assert.deepEqual(
    rows.map(({ action }) => action),
    ['dag.added', 'dag.changed'],
  );
});
