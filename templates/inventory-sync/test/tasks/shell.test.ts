import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openTaskWorld } from '../../../../runner/testing.ts';
import shell from '../../../../tasks/shell.ts';

test('the last line of the command is the output', async () => {
  await using world = await openTaskWorld();
  const command = [process.execPath, '-e', 'console.log(JSON.stringify({ rows: 3 }))'];
  assert.deepEqual(await world.run(shell, { command, output: 'last_json_line' }), {
    exit_code: 0,
    json: { rows: 3 },
  });
});
