import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { z } from 'zod';
import { connectionId, defineTask, location, TaskError } from '../../runner/task.ts';
import { openTaskWorld } from '../../runner/testing.ts';
import { testDatabase } from '../support/postgres/database.ts';
import { startDemoServer } from './connections/sftp/suite.ts';

const copy = defineTask({
  type: 'copy',
  description: 'Copies a file under the name that a database gives',
  params: z.strictObject({
    connection: connectionId(),
    from: location({ access: 'read', of: 'file' }),
    to: location({ access: 'write', of: 'folder' }),
  }),
  async run({ params, connections, files }) {
    const pool = await connections.postgres(params.connection);
    const { rows } = await pool.query<{ name: string }>(`select 'from_' || current_database() as name`);
    const { location: written } = await files.publish(
      `${params.to}/${rows[0]?.name}`,
      await files.read(params.from),
    );
    return { written, there: (await files.list(`${params.to}/*`)).map(({ name }) => name) };
  },
});

test('a task runs on real connections where the world is given their variables', async (t) => {
  await using server = await startDemoServer();
  const { url } = await testDatabase(t);
  const name = `from_${new URL(url).pathname.slice(1)}`;
  await using world = await openTaskWorld({
    env: {
      STOCKFLOW_CONN_WAREHOUSE: url,
      STOCKFLOW_CONN_STORE: `sftp://${server.user}@127.0.0.1:${server.port}?host_key=${server.fingerprint}&private_key_file=${server.privateKeyFile}`,
    },
  });
  await world.files.put('sftp://given/a.csv', 'a,b\n');
  const params = { connection: 'warehouse', from: 'sftp://given/a.csv', to: 'sftp://store/in' };
  const written = `sftp://store/in/${name}`;
  assert.deepEqual(await world.run(copy, params), { written, there: [name] });
  assert.equal(await readFile(join(server.rootDir, 'in', name), 'utf8'), 'a,b\n');
  assert.deepEqual(await world.run(copy, { ...params, from: written, to: 'sftp://given' }), {
    written: `sftp://given/${name}`,
    there: ['a.csv', name],
  });
  assert.deepEqual(
    world.files.published.map(({ location: place, bytes }) => [place, bytes]),
    [
      [written, 4],
      [`sftp://given/${name}`, 4],
    ],
  );
});

test('a connection that is neither given nor named by a variable is refused by its name', async () => {
  await using world = await openTaskWorld();
  await assert.rejects(
    world.run(copy, { connection: 'warehouse', from: 'artifact:a', to: 'sftp://given/b' }),
    /STOCKFLOW_CONN_WAREHOUSE is not set/,
  );
  await assert.rejects(world.files.open('artifact:none'), TaskError);
});
