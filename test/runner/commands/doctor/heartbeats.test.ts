import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkHeartbeats } from '../../../../runner/commands/doctor/heartbeats.ts';

test('doctor names a heartbeat that is not set or is no URL of a monitor, and shows no secret path', () => {
  const env = {
    STOCKFLOW_CONN_MONITOR: 'https://monitor.example/secret-path',
    STOCKFLOW_CONN_FILES: 'sftp://user@files.example/secret-path',
  };
  const dags = ['monitor', 'files', 'gone', null].map((heartbeat, index) => ({
    dagId: `d${index}`,
    heartbeat,
  }));
  const found = checkHeartbeats({ env }, dags);
  assert.deepEqual(
    found.map(({ check, verdict }) => [check, verdict]),
    [
      ['heartbeat monitor', 'ok'],
      ['heartbeat files', 'problem'],
      ['heartbeat gone', 'problem'],
    ],
  );
  assert.equal(found[0]?.found, 'https://monitor.example; pinged for d0');
  assert.match(found[1]?.found ?? '', /^STOCKFLOW_CONN_FILES: is not the http:\/\/ or https:\/\/ URL/);
  assert.doesNotMatch(JSON.stringify(found), /secret-path/);
});
