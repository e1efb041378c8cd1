import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Interrupted } from '../../../../runner/commands/cli/exit_code.ts';
import { follow } from '../../../../runner/commands/live/follow.ts';
import type { LiveText } from '../../../../runner/commands/live/live.ts';
import { ConnectionLost } from '../../../../runner/connections/postgres/errors.ts';
import { keptShell } from '../../../support/kept_shell.ts';

/** Counts up: the footer shows the count, a change is each next count. */
const countText: LiveText<number> = {
  footer: (count) => [{ text: `counted ${count} of 3`, style: 'green' }],
  changes: (count) => [`count ${count}`],
};

function counter(steps: readonly (number | Error)[], timeoutMs: number | null = null) {
  const left = [...steps];
  return {
    name: 'count 1',
    watchCommand: 'stockflow count watch 1',
    text: countText,
    timeoutMs,
    read: async () => {
      const [next = 0] = left.length > 1 ? left.splice(0, 1) : left;
      if (next instanceof Error) throw next;
      return next;
    },
    isEnded: (count: number) => count === 3,
  };
}

test('on a terminal what is followed is redrawn in place, cut to its width, and gone at the end', async () => {
  const { shell, written, footers } = keptShell('terminal', { env: { NO_COLOR: '1' }, columns: 12 });
  assert.equal(await follow(shell, counter([1, 3])), 3);
  assert.deepEqual(footers, [['counted 1 o'], ['counted 3 o'], []]);
  assert.deepEqual(written, []);
});

test('without a terminal each change is a line', async () => {
  const { shell, written, footers } = keptShell('pipe');
  await follow(shell, counter([2, 3]));
  assert.deepEqual(written, ['count 2\n', 'count 3\n']);
  assert.deepEqual(footers, []);
});

test('an outage of the database is reported once and waited for; another error ends it', async () => {
  const { shell, written } = keptShell('pipe');
  const lost = new ConnectionLost({ host: 'localhost', port: 5432, database: 'stock' }, new Error('broke'));
  await follow(shell, counter([lost, lost, 3]));
  assert.deepEqual(written, ['the database is unavailable; retrying until it answers\n', 'count 3\n']);
  await assert.rejects(follow(shell, counter([new TypeError('a bug')])), /a bug/);
});

test('a time-out names the command that goes on waiting, and leaves the terminal free', async () => {
  const { shell, footers } = keptShell('terminal', { env: { NO_COLOR: '1' }, columns: 12 });
  await assert.rejects(follow(shell, counter([1], 1)), {
    exitCode: 7,
    message: 'count 1 has not ended within 1ms; stockflow count watch 1 goes on waiting',
  });
  assert.deepEqual(footers.at(-1), []);
});

test('an interruption ends the wait with its reason', async () => {
  const { shell, stop, footers } = keptShell('terminal', { env: { NO_COLOR: '1' }, columns: 12 });
  const followed = follow(shell, counter([1]));
  stop.abort(new Interrupted('SIGINT'));
  await assert.rejects(followed, { exitCode: 130 });
  assert.deepEqual(footers.at(-1), []);
});
