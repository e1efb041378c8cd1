import assert from 'node:assert/strict';
import { test } from 'node:test';
import { afterSentence } from '../../../runner/commands/status.ts';

test('a DAG that waits for a person ends its sentence with the command that goes on', () => {
  assert.equal(
    `paused${afterSentence({ action: 'resume_dag', dagId: 'nightly' })}`,
    'paused; stockflow dags resume nightly schedules it again',
  );
  assert.equal(
    `no worker has read its file yet${afterSentence({ action: 'start_worker' })}`,
    'no worker has read its file yet: stockflow up reads it',
  );
  // This one stands in the column of its own.
  assert.equal(afterSentence({ action: 'show_run', runId: 7 }), '');
});
