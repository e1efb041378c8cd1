import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openTaskWorld } from '../../../../runner/testing.ts';
import greet from '../../tasks/greet.ts';

test('the greeting holds the name and the business date, and is the same when it is published again', async () => {
  await using world = await openTaskWorld();
  const params = { name: 'crew', to: 'artifact:greeting.txt' };
  const output = { location: 'artifact:greeting.txt', bytes: 26 };
  assert.deepEqual(await world.run(greet, params), output);
  assert.deepEqual(await world.run(greet, params), output);
  assert.equal(await world.files.text('artifact:greeting.txt'), 'Hello crew, on 2026-03-10\n');
});

test('a name that is empty is refused', async () => {
  await using world = await openTaskWorld();
  await assert.rejects(world.run(greet, { name: '', to: 'artifact:greeting.txt' }), /name/);
});
