import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { startDemoServer } from '../../runner/connections/sftp/suite.ts';
import { killAndRepeat } from './kill_points.ts';

const server = await startDemoServer();
after(() => server[Symbol.asyncDispose]());

// Half written, whole but unnamed, named, and at its place while the source is still there; all points: killed.long.ts.
for (const point of ['step:written', 'step:renaming', 'step:renamed', 'call:9']) {
  test(`an archiving killed at ${point} loses nothing, and its repeat completes it and clears up`, async () => {
    assert.ok(await killAndRepeat(server, point));
  });
}
