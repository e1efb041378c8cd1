/** Names in the folders of DAGs and task types that hold no file, and files that lie behind links. */

import assert from 'node:assert/strict';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { formatProblem } from '../../../../runner/core/dag_file/problem.ts';
import { checkDagText, readDagTexts } from '../../../../runner/engine/dags/folder.ts';
import { readParsedDag } from '../../../../runner/engine/dags/parsed.ts';
import { loadTaskTypes } from '../../../../runner/engine/dags/task_types.ts';
import { DagWatch } from '../../../../runner/engine/dags/watch.ts';
import { listDags } from '../../../../runner/store/dag/dag.ts';
import { testEngine, testLog } from '../../../support/engine/engine.ts';
import { FIXTURE_TASKS } from '../../../support/engine/processes.ts';
import { stepDag, steps } from '../../../support/engine/task_types.ts';

const engine = await testEngine({ after }, [steps().type]);
const { dagsDir, taskTypes, pool } = engine;

test('a folder or a dangling link among the DAG files is invalid by its name, and the others come into force', async () => {
  await writeFile(path.join(dagsDir, 'good.yaml'), stepDag('good', ['task_id: one']));
  await symlink('/nowhere/at/all.yaml', path.join(dagsDir, 'dangling.yaml'));
  await mkdir(path.join(dagsDir, 'folder.yml'));
  await symlink('loop.yaml', path.join(dagsDir, 'loop.yaml'));
  const problems = (await readDagTexts(dagsDir)).flatMap((text) =>
    checkDagText(text, taskTypes).problems.map((problem) => formatProblem(problem).slice(dagsDir.length + 1)),
  );
  assert.deepEqual(problems, [
    'dangling.yaml:1:1: it is a link that leads to no file: correct the link, or remove it',
    'folder.yml:1:1: it is a folder, and a DAG is a file: move it out of the dags folder, or give it another name',
    'loop.yaml:1:1: it is a link that leads to itself: remove it',
  ]);
  const watch = new DagWatch(dagsDir, taskTypes);
  await watch.check(pool, 'test', testLog);
  const rows = await listDags(pool);
  assert.deepEqual(
    rows.map(({ dagId, dagVersionId, problems: found }) => [
      dagId,
      dagVersionId !== null,
      found?.length ?? 0,
    ]),
    [
      ['dangling', false, 1],
      ['folder', false, 1],
      ['good', true, 0],
      ['loop', false, 1],
    ],
  );
});

test('a link that is fixed brings its DAG into force at the next check', async () => {
  await rm(path.join(dagsDir, 'dangling.yaml'));
  await writeFile(path.join(dagsDir, 'dangling.yaml'), stepDag('dangling', ['task_id: one']));
  await new DagWatch(dagsDir, taskTypes).check(pool, 'test', testLog);
  const row = (await listDags(pool)).find(({ dagId }) => dagId === 'dangling');
  assert.deepEqual([row?.dagVersionId !== null, row?.problems], [true, null]);
});

test('task types behind links load, as those of a ConfigMap, and a name that holds no file is unusable by itself', async (t) => {
  const mount = await mkdtemp(path.join(tmpdir(), 'stockflow-tasks-'));
  t.after(() => rm(mount, { recursive: true, force: true }));
  // As Kubernetes mounts one: the names lead through ..data to a folder of the revision.
  await mkdir(path.join(mount, '..2026_11_27'));
  await cp(path.join(FIXTURE_TASKS, 'effect.ts'), path.join(mount, '..2026_11_27/plain.ts'));
  await writeFile(
    path.join(mount, '..2026_11_27/plain.ts'),
    `export default { type: 'plain', description: 'plain', params: {}, async run() { return null; } };\n`,
  );
  await symlink('..2026_11_27', path.join(mount, '..data'));
  await symlink('..data/plain.ts', path.join(mount, 'plain.ts'));
  await symlink('/nowhere.ts', path.join(mount, 'dangling.ts'));
  await mkdir(path.join(mount, 'folder.ts'));
  const { byName, broken } = await loadTaskTypes(mount);
  assert.deepEqual([...byName.keys()], ['plain']);
  assert.deepEqual([...broken.values()].map((why) => why.slice(mount.length + 1)).sort(), [
    'dangling.ts: is a link that leads to no file',
    'folder.ts: is a folder, and a task type is a file',
  ]);
});

test('a file is parsed again when its text has changed, and only then', async () => {
  const file = path.join(dagsDir, 'kept.yaml');
  await writeFile(file, stepDag('kept', ['task_id: one']));
  const first = await readParsedDag(file);
  assert.equal(await readParsedDag(file), first);
  // Of the same length.
  await writeFile(file, stepDag('kept', ['task_id: two']));
  assert.equal((await readParsedDag(file)).dag?.tasks[0]?.taskId, 'two');
  await rm(file);
  assert.match((await readParsedDag(file)).problems[0]?.message ?? '', /leads to no file/);
});
