import assert from 'node:assert/strict';
import { test } from 'node:test';
import { datasetOf } from '../../../../runner/engine/lineage/dataset.ts';

test('a file is the dataset that other tools call by its server and whole path', () => {
  const env = {
    STOCKFLOW_CONN_PARTNER: 'sftp://shop:secret@files.example.com:2222/drop?host_key=SHA256:'.concat(
      'A'.repeat(43),
    ),
  };
  const at = { env, projectDir: '/srv/sync', dagId: 'night', namespace: 'shop' };
  assert.deepEqual(datasetOf({ connection: 'partner', path: 'in/counts.csv' }, at), {
    namespace: 'sftp://files.example.com:2222',
    name: '/drop/in/counts.csv',
  });
  assert.deepEqual(datasetOf({ connection: 'gone', path: 'in/counts.csv' }, at), {
    namespace: 'sftp://gone',
    name: 'in/counts.csv',
  });
  assert.deepEqual(datasetOf({ connection: null, path: 'file:out/a.csv' }, at), {
    namespace: 'file',
    name: '/srv/sync/out/a.csv',
  });
  assert.deepEqual(datasetOf({ connection: null, path: 'artifact:a.csv' }, at), {
    namespace: 'shop',
    name: 'night/artifact:a.csv',
  });
});
