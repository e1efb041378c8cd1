import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadDag } from '../../../runner/core/dag_file/parse.ts';
import { checkableTypes, loadTaskTypes } from '../../../runner/engine/dags/task_types.ts';

const ROOT = join(import.meta.dirname, '../../..');

test('the shipped night is valid, and nothing of it can run before what it stands on', async () => {
  const file = 'dags/inventory_sync.yaml';
  const types = checkableTypes(await loadTaskTypes(join(ROOT, 'tasks')));
  const { dag, problems } = loadDag(await readFile(join(ROOT, file), 'utf8'), file, { taskTypes: types });
  assert.deepEqual(problems, []);
  const upstream = dag?.tasks.map(({ taskId, dependsOn }) => [
    taskId,
    ...dependsOn.map(({ taskId: on, delayMs }) => (delayMs === 0 ? on : `${on} + ${delayMs / 60_000} min`)),
  ]);
  assert.deepEqual(upstream, [
    ['export_active_products'],
    ['wait_for_reset_file'],
    ['filter_reset_file', 'export_active_products', 'wait_for_reset_file'],
    ['create_variance_file', 'export_active_products', 'wait_for_reset_file'],
    ['reset_inventory', 'filter_reset_file', 'create_variance_file'],
    ['apply_variance', 'reset_inventory + 60 min', 'create_variance_file'],
    ['verify_night', 'apply_variance'],
    // Nothing is moved before the proof, and a full disk at the partner fails no night.
    ['archive_reset_files', 'verify_night'],
    ['prune_old_files', 'archive_reset_files'],
  ]);
  const mayFail = dag?.tasks.filter(({ allowFailure }) => allowFailure).map(({ taskId }) => taskId);
  assert.deepEqual(mayFail, ['archive_reset_files', 'prune_old_files']);
});
