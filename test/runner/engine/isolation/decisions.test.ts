import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConnectionError } from '../../../../runner/connections/connection_error.ts';
import { AttemptAborted } from '../../../../runner/engine/attempt/abort.ts';
import { endingOfError, outcomeOf } from '../../../../runner/engine/attempt/ending.ts';
import { isolationOf } from '../../../../runner/engine/isolation/isolation.ts';
import { processEndSentence } from '../../../../runner/engine/isolation/process_end.ts';
import { FailTask, SkipTask } from '../../../../runner/task.ts';

test('what ended a process is said by its signal, its exit code and its last words', () => {
  const says = (exitCode: number | null, signal: string | null, stderrTail = '') =>
    processEndSentence({ exitCode, signal, stderrTail });
  assert.equal(says(null, 'SIGBUS'), 'its process was killed by SIGBUS: native code crashed');
  assert.match(says(null, 'SIGABRT'), /process\.abort\(\) was called/);
  assert.match(
    says(
      null,
      'SIGABRT',
      'FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory',
    ),
    /^its process ran out of memory/,
  );
  assert.match(says(null, 'SIGKILL'), /the host ran out of memory, or somebody killed it/);
  assert.equal(says(null, 'SIGUSR2'), 'its process was ended by SIGUSR2');
  assert.match(says(0, null), /exit code 0 before the task did/);
});

test('a type that asks for a process has one, and so has any whose worker has died', () => {
  const file = '/tasks/load.ts';
  assert.equal(isolationOf({ type: 'load' }, { crashCount: 0 }, file), null);
  assert.deepEqual(isolationOf({ type: 'load' }, { crashCount: 1 }, file), {
    ...{ file, type: 'load', because: 'suspected' },
  });
  assert.equal(
    isolationOf({ type: 'load', isolation: 'process' }, { crashCount: 2 }, file)?.because,
    'requested',
  );
  assert.equal(isolationOf({ type: 'load', isolation: 'process' }, { crashCount: 1 }, null), null);
});

test('why the runner stopped an attempt outweighs what its task made of that', () => {
  const kinds = (error: unknown, why: AttemptAborted['why']) =>
    outcomeOf(endingOfError(error), new AttemptAborted(why, 'stopped', { cause: error }))?.kind ?? null;
  const died = new Error('killed by SIGKILL');
  assert.equal(kinds(died, 'superseded'), null);
  assert.equal(kinds(died, 'drain'), 'handed_over');
  assert.equal(kinds(died, 'timeout'), 'failed');
  const late = outcomeOf(endingOfError(died), new AttemptAborted('timeout', 'still running'));
  assert.equal(late?.kind === 'failed' && late.error.errorText, 'still running');
  const returned = { kind: 'returned', output: 1 } as const;
  assert.deepEqual(outcomeOf(returned, new AttemptAborted('timeout', 'late')), {
    ...{ kind: 'success', output: 1 },
  });
  assert.equal(outcomeOf(returned, new AttemptAborted('stray', 'floating'))?.kind, 'failed');
});

test('only what trying again cannot help is final', () => {
  const retryOf = (error: unknown) => {
    const outcome = outcomeOf(endingOfError(error), null);
    return outcome?.kind === 'failed' ? outcome.retry : outcome?.kind;
  };
  assert.equal(retryOf(new RangeError('odd')), 'allowed');
  assert.equal(retryOf(new FailTask('for good')), 'never');
  assert.equal(retryOf(new ConnectionError('auth', 'refused')), 'never');
  assert.equal(retryOf(new ConnectionError('lost', 'cut')), 'allowed');
  assert.equal(retryOf(new SkipTask('nothing')), 'skipped');
});
