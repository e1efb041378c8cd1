/** TLS to Postgres with an authority of one's own: what `sslmode=verify-full` takes and refuses, and a worker behind it. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { connectDatabase, DatabaseUnreachable } from '../../../runner/connections/postgres/connect.ts';
import { testEngine } from '../../support/engine/engine.ts';
import { stepDag, steps } from '../../support/engine/task_types.ts';
import { InstalledPostgres, skipWithoutPostgres15 } from '../../support/postgres/installed.ts';
import { until } from '../../support/until.ts';

const openssl = (folder: string, ...args: readonly string[]) =>
  execFileSync('openssl', args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });

/** Makes `<name>.pem` and `<name>.key`, a certificate of an authority. */
function makeAuthority(folder: string, name: string): void {
  const files = ['-keyout', `${name}.key`, '-out', `${name}.pem`];
  openssl(
    folder,
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-noenc'],
    ...files,
    ...['-subj', `/CN=${name}`, '-days', '2'],
  );
}

/** Makes a server's certificate for that name alone, signed by the authority `ca`. */
function makeCertificate(folder: string, name: string, subject: string): void {
  const key = [
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:prime256v1',
    '-noenc',
    '-keyout',
    `${name}.key`,
  ];
  openssl(
    folder,
    'req',
    '-x509',
    ...key,
    '-out',
    `${name}.pem`,
    '-CA',
    'ca.pem',
    '-CAkey',
    'ca.key',
    '-subj',
    `/CN=${name}`,
    '-days',
    '2',
    '-addext',
    `subjectAltName=${subject}`,
    '-addext',
    'basicConstraints=critical,CA:FALSE',
  );
}

test('a server with TLS alone is used by its name and its authority, and by nothing less', {
  skip: skipWithoutPostgres15(),
}, async (t) => {
  const stack = new AsyncDisposableStack();
  t.after(() => stack.disposeAsync());
  const server = stack.use(await InstalledPostgres.start());
  const folder = server.directory;
  for (const name of ['ca', 'other']) makeAuthority(folder, name);
  makeCertificate(folder, 'named', 'IP:127.0.0.1');
  makeCertificate(folder, 'stranger', 'DNS:db.example.com');
  for (const name of ['named.key', 'stranger.key']) {
    chmodSync(path.join(folder, name), 0o600);
    await server.own(path.join(folder, name));
  }
  const present = async (name: string) => {
    await server.crash();
    const [cert, key] = ['pem', 'key'].map((kind) => path.join(folder, `${name}.${kind}`));
    await server.set({ ssl: 'on', ssl_cert_file: cert ?? '', ssl_key_file: key ?? '' });
    await server.startAgain();
  };
  const url = (mode: string, authority: string | null = null) =>
    `${server.url}?sslmode=${mode}${authority === null ? '' : `&sslrootcert=${path.join(folder, `${authority}.pem`)}`}`;
  const refusal = async (databaseUrl: string): Promise<string> => {
    const refused = connectDatabase({ DATABASE_URL: databaseUrl }).then(
      () => assert.fail('it connected'),
      (error: unknown) => error,
    );
    const error = await refused;
    assert.ok(error instanceof DatabaseUnreachable, String(error));
    return error.message.replace(/^.*127\.0\.0\.1:\d+: /, '');
  };

  await present('named');
  const rules = await readFile(path.join(folder, 'data/pg_hba.conf'), 'utf8');
  assert.match(rules, /scram-sha-256/);
  await t.test('the authority must be the one that signed, and it must be named', async () => {
    await using database = await connectDatabase({ DATABASE_URL: url('verify-full', 'ca') });
    assert.equal(database.poolMode, 'direct');
    assert.match(
      await refusal(url('verify-full', 'other')),
      /unable to verify the first certificate|self-signed/,
    );
    assert.match(await refusal(url('verify-full')), /unable to verify the first certificate|self-signed/);
  });

  await t.test('the server may refuse whoever does not encrypt', async () => {
    await server.crash();
    await server.setAccess([
      'hostssl all all 127.0.0.1/32 scram-sha-256',
      'hostnossl all all 127.0.0.1/32 reject',
    ]);
    await server.startAgain();
    assert.match(await refusal(url('disable')), /pg_hba\.conf rejects connection .* no encryption/);
  });

  await t.test(
    'a worker has all its sessions encrypted, those of its queue and of its heartbeat too',
    async (worker) => {
      const step = steps();
      const engine = await testEngine(worker, [step.type], { server: url('verify-full', 'ca') });
      assert.deepEqual(
        await engine.writeDag('chain', stepDag('chain', ['task_id: a', 'task_id: b, depends_on: [a]'])),
        [],
      );
      await engine.startWorker();
      assert.deepEqual((await engine.run('chain')).states, { a: 'success', b: 'success' });
      const sessions = await until('the first heartbeat', async () => {
        const { rows } = await engine.pool.query<{ name: string; encrypted: boolean }>(
          `select distinct application_name as name, ssl as encrypted
           from pg_stat_activity join pg_stat_ssl using (pid)
          where backend_type = 'client backend' and datname = current_database()`,
        );
        return rows.some(({ name }) => name.startsWith('stockflow heartbeat')) ? rows : null;
      });
      assert.ok(sessions.some(({ name }) => name === 'stockflow queue'));
      assert.deepEqual(
        sessions.filter(({ encrypted }) => !encrypted),
        [],
      );
    },
  );
});
