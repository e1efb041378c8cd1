import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SERVERS } from '../../runner/connections/sftp/suite.ts';
import { KILL_POINTS, killAndRepeat } from './kill_points.ts';

for (const { name, skip, start } of SERVERS) {
  test(`an archiving on ${name} killed at any point loses nothing, and its repeat completes it`, {
    skip,
  }, async (t) => {
    const server = await start();
    t.after(() => server[Symbol.asyncDispose]());
    const missed: string[] = [];
    for (const point of KILL_POINTS) if (!(await killAndRepeat(server, point))) missed.push(point);
    // The last call is that which ends the attempt.
    assert.deepEqual(missed, ['call:11']);
  });
}
