import assert from 'node:assert/strict';
import { mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import { after, test } from 'node:test';
import { STATUS } from '../../../../demo/sftp_server/packet.ts';
import { testDatabase } from '../../../support/postgres/database.ts';
import { startDemoServer, type TestServer } from '../../connections/sftp/suite.ts';
import { type CliEnd, type CliProject, cliProject } from '../cli_project.ts';

const { url } = await testDatabase({ after }, { migrations: ['runner', 'queue'] });

/** A task type that names places as the shipped ones do. */
const MOVE_TYPE = `
import { z } from '${path.resolve(import.meta.dirname, '../../../../node_modules/zod/index.js')}';
export default {
  type: 'move', description: 'moves', run: async () => undefined,
  params: z.strictObject({ connection: z.string(), from: z.string(), to: z.string() }),
};
`;

interface Finding {
  readonly check: string;
  readonly verdict: string;
  readonly found: string;
  readonly fix: string | null;
}

async function projectFor(t: { after(done: () => Promise<void>): void }): Promise<CliProject> {
  const project = await cliProject(t, { DATABASE_URL: url, STOCKFLOW_CONN_OMS: url });
  await project.write('tasks/move.ts', MOVE_TYPE);
  await project.write(
    'dags/nightly.yaml',
    `dag_id: nightly
timezone: UTC
schedule: "0 1 * * *"
tasks:
  - {task_id: move, type: move, with: {connection: oms, from: "sftp://store/out/*.csv", to: "sftp://store/in/new"}}
`,
  );
  return project;
}

function storeUrl(server: TestServer, { hostKey = server.fingerprint, user = server.user } = {}): string {
  return `sftp://${user}@127.0.0.1:${server.port}?host_key=${hostKey}&private_key_file=${server.privateKeyFile}`;
}

function findingsOf({ stdout }: CliEnd): readonly Finding[] {
  return JSON.parse(stdout);
}

function about(findings: readonly Finding[], check: string): readonly string[] {
  return findings
    .filter((finding) => finding.check === check)
    .map(({ verdict, found }) => `${verdict}: ${found}`);
}

test('doctor finds nothing to fix where a worker lives and every place can be used, and leaves no file behind', async (t) => {
  const project = await projectFor(t);
  await using server = await startDemoServer();
  await mkdir(path.join(server.rootDir, 'out'));
  await mkdir(path.join(server.rootDir, 'in'));
  const env = { STOCKFLOW_CONN_STORE: storeUrl(server) };
  const worker = project.start(['worker'], env);
  await worker.said('worker started');
  const end = await project.run(['doctor', '-o', 'json'], env);
  const findings = findingsOf(end);
  assert.deepEqual(
    findings.filter(({ verdict }) => verdict === 'problem'),
    [],
  );
  assert.equal(end.code, 0);
  assert.match(about(findings, 'notify').join(), /^ok: a NOTIFY came back in \d+ms$/);
  assert.match(
    about(findings, 'workers').join(),
    /^ok: worker \d+ \(.*, pid \d+\), version .*, last heartbeat/,
  );
  assert.deepEqual(about(findings, 'connection store').slice(1), [
    'ok: out can be read by nightly.move, 0 entries in it',
    'ok: in/new can be written by nightly.move, which is not there yet and is made when needed',
  ]);
  assert.deepEqual((await readdir(server.rootDir, { recursive: true })).sort(), ['in', 'out']);
  worker.kill('SIGTERM');
  await worker.ended;
});

test('doctor names each place that cannot be used, with what to do, and exits 1', async (t) => {
  const project = await projectFor(t);
  await using server = await startDemoServer({ readOnly: true });
  await project.write(
    'dags/broken.yaml',
    'dag_id: broken\ntimezone: Nowhere/Land\nschedule: null\ntasks: []\n',
  );
  const end = await project.run(['doctor', '-o', 'json'], { STOCKFLOW_CONN_STORE: storeUrl(server) });
  assert.equal(end.code, 1);
  const findings = findingsOf(end);
  assert.match(
    about(findings, 'connection store').join('\n'),
    /^problem: out, which nightly\.move reads, is not there$/m,
  );
  assert.match(
    about(findings, 'connection store').join('\n'),
    /^problem: store: cannot make a folder in the base directory: .* give nightly the right/m,
  );
  assert.match(about(findings, 'dag files').join('\n'), /^problem: dags\/broken\.yaml:2:11 timezone: /m);
  for (const { verdict, fix } of findings) assert.equal(fix === null, verdict === 'ok');
});

test('a server with another key, an unknown user and a missing variable are distinguished', async (t) => {
  const project = await projectFor(t);
  await using server = await startDemoServer();
  const wrongKey = `SHA256:${'A'.repeat(43)}`;
  const [otherKey, stranger, unset] = await Promise.all([
    project.run(['doctor', '-o', 'json'], { STOCKFLOW_CONN_STORE: storeUrl(server, { hostKey: wrongKey }) }),
    project.run(['doctor', '-o', 'json'], { STOCKFLOW_CONN_STORE: storeUrl(server, { user: 'nobody' }) }),
    project.run(['doctor', '-o', 'json']),
  ]);
  assert.match(
    about(findingsOf(otherKey), 'connection store').join(),
    new RegExp(`pinned ${wrongKey}; shown SHA256:`),
  );
  assert.match(about(findingsOf(stranger), 'connection store').join(), /refused the login/);
  assert.match(
    about(findingsOf(unset), 'connection store').join(),
    /STOCKFLOW_CONN_STORE is not set.*\(used by nightly\.move\)/,
  );
});

test('an unreachable database, and one that lacks migrations, are findings like any other', async (t) => {
  const project = await projectFor(t);
  const bare = await testDatabase(t);
  const [away, pending] = await Promise.all([
    project.run(['doctor'], { DATABASE_URL: 'postgres://me:s3cret@127.0.0.1:9/none' }),
    project.run(['doctor'], { DATABASE_URL: bare.url }),
  ]);
  assert.equal(away.code, 1);
  assert.match(
    away.stdout,
    /^problem {2}database: cannot connect to the database none at 127\.0\.0\.1:9: .*\n {9}-> /m,
  );
  assert.doesNotMatch(away.stdout + away.stderr, /s3cret/);
  assert.match(away.stdout, /dag files: 1 of 1/);
  assert.equal(pending.code, 1);
  assert.match(pending.stdout, /^problem {2}migrations: pending: graphile_worker, 0001_runner\.sql/m);
  assert.match(pending.stdout, /-> run stockflow migrate\n/);
  assert.match(pending.stderr, /problems; fix the first one first/);
});

test('fingerprint prints the key that a server shows, without logging in, and exits 1 where another one is pinned', async (t) => {
  const project = await projectFor(t);
  await using server = await startDemoServer();
  const address = `sftp://nobody@127.0.0.1:${server.port}`;
  const [unpinned, pinned, other, database, away] = await Promise.all([
    project.run(['connections', 'fingerprint', 'store'], { STOCKFLOW_CONN_STORE: address }),
    project.run(['connections', 'fingerprint', 'store', '-o', 'json'], {
      STOCKFLOW_CONN_STORE: storeUrl(server),
    }),
    project.run(['connections', 'fingerprint', 'store'], {
      STOCKFLOW_CONN_STORE: `${address}?host_key=SHA256:${'A'.repeat(43)}`,
    }),
    project.run(['connections', 'fingerprint', 'oms']),
    project.run(['connections', 'fingerprint', 'store'], { STOCKFLOW_CONN_STORE: 'sftp://me@127.0.0.1:9' }),
  ]);
  assert.deepEqual([unpinned.code, unpinned.stdout], [0, `${server.fingerprint}  ssh-ed25519\n`]);
  assert.match(unpinned.stderr, /then add host_key=SHA256:\S+ to STOCKFLOW_CONN_STORE/);
  assert.deepEqual(JSON.parse(pinned.stdout), {
    connection: 'store',
    keys: [{ type: 'ssh-ed25519', fingerprint: server.fingerprint, is_pinned: true }],
    pinned: [server.fingerprint],
  });
  assert.deepEqual([other.code, other.stdout], [1, `${server.fingerprint}  ssh-ed25519\n`]);
  assert.match(other.stderr, /Someone may be in between/);
  assert.equal(database.code, 2);
  assert.equal(away.code, 5);
  assert.match(away.stderr, /sftp:\/\/me@127\.0\.0\.1:9 shows no host key \(.*ECONNREFUSED/);
});

test('connections test checks one connection without the database, and exits 5 where it cannot be used', async (t) => {
  const project = await projectFor(t);
  await using server = await startDemoServer();
  const env = { DATABASE_URL: 'postgres://127.0.0.1:9/none', STOCKFLOW_CONN_STORE: storeUrl(server) };
  const [missing, database, unset] = await Promise.all([
    project.run(['connections', 'test', 'store'], env),
    project.run(['connections', 'test', 'oms'], env),
    project.run(['connections', 'test', 'erp'], env),
  ]);
  assert.equal(missing.code, 5);
  assert.match(missing.stdout, /^ok {7}connection store: .*: host key as pinned, logged in within /m);
  assert.match(
    missing.stdout,
    /^problem {2}connection store: out, which nightly\.move reads, is not there$/m,
  );
  assert.equal(database.code, 0);
  assert.match(database.stdout, /^ok {7}connection oms: postgres:\/\/.*: Postgres \d+/m);
  assert.equal(unset.code, 5);
  assert.match(unset.stderr, /STOCKFLOW_CONN_ERP is not set/);
});

test('connections test reports, with a fix for each cause, what the tasks would meet at night', async (t) => {
  const project = await projectFor(t);
  await project.write(
    'dags/exports.yaml',
    `dag_id: exports
timezone: UTC
schedule: null
tasks:
  - {task_id: move, type: move, with: {connection: oms, from: "sftp://store/out/*.csv", to: "sftp://store/exports/active.csv"}}
`,
  );
  await using server = await startDemoServer({
    oddities: { refused: { RENAME: STATUS.OP_UNSUPPORTED, OPENDIR: STATUS.PERMISSION_DENIED } },
    extensions: {},
  });
  for (const folder of ['out', 'in', 'exports']) await mkdir(path.join(server.rootDir, folder));
  const { code, stdout } = await project.run(['connections', 'test', 'store'], {
    STOCKFLOW_CONN_STORE: storeUrl(server),
  });
  assert.equal(code, 5);
  assert.match(
    stdout,
    /problem {2}connection store: store: cannot list out: .*\n +-> have the user be given the right on sftp:/,
  );
  for (const folder of ['in', 'exports'])
    assert.match(
      stdout,
      new RegExp(
        `problem {2}connection store: store: cannot rename the part to ${folder}/\\.stockflow_probe\\S+: the server cannot rename .*\\n +-> ask whoever runs the server to offer it`,
      ),
    );
  assert.deepEqual((await readdir(server.rootDir, { recursive: true })).sort(), ['exports', 'in', 'out']);
});
