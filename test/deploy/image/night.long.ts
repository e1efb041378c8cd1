/** The container image, built by its own steps and run as Podman runs it: not as root, and with a root that nobody can write to. */
import assert from 'node:assert/strict';
import { type ChildProcess, execFile } from 'node:child_process';
import { once } from 'node:events';
import { chmod, cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { isSound } from '../../../demo/report/report.ts';
import { REPOSITORY, testNight } from '../../support/night/night.ts';
import { type Podman, skipWithoutPodman, testPodman } from '../../support/podman.ts';
import type { Lifetime } from '../../support/postgres/database.ts';
import { until } from '../../support/until.ts';

const TAG = 'localhost/stockflow';
const HARDENED = ['--read-only', '--cap-drop', 'all', '--security-opt', 'no-new-privileges'];
const WITHIN_MS = 120_000;

const run = promisify(execFile);

test('the image, on a read-only root and as a user that is not root, works a night, tells its health, and drains on SIGTERM', {
  skip: skipWithoutPodman(),
}, async (t) => {
  const cleanUps: (() => Promise<void>)[] = [];
  const own: Lifetime = { after: (cleanUp) => cleanUps.unshift(cleanUp) };
  t.after(async () => {
    for (const cleanUp of cleanUps) await cleanUp();
  });
  const podman = await testPodman(own);
  await run(path.join(REPOSITORY, 'deploy/image/build_offline.sh'), [TAG, ...podman.options]);

  await t.test('it holds nothing that only builds, and nobody in it may become root', async () => {
    const [image] = JSON.parse(await podman.run(['image', 'inspect', TAG]));
    assert.equal(image.Config.User, '10001:10001');
    assert.equal(image.Config.StopSignal, 'SIGTERM');
    assert.deepEqual(image.Healthcheck.Test, ['CMD', 'stockflow', 'worker', '--check']);
    const program = `
      const fs = require('node:fs');
      const attempt = (file) => { try { fs.writeFileSync(file, ''); return 'written'; } catch (error) { return error.code; } };
      const status = fs.readFileSync('/proc/self/status', 'utf8');
      console.log(JSON.stringify({
        uid: process.getuid(), root: attempt('/x'), app: attempt('/opt/stockflow/x'), tmp: attempt('/tmp/x'),
        privileges: /NoNewPrivs:\\s*1/.test(status), capabilities: /CapBnd:\\s*(\\S+)/.exec(status)[1],
        extra: ['/usr/local/bin/npm', '/opt/stockflow/test', '/opt/stockflow/.env', '/opt/stockflow/node_modules/typescript']
          .filter((file) => fs.existsSync(file)) }));`;
    const inside = await ended(
      podman.start(['--rm', ...HARDENED, '--entrypoint', 'node', TAG, '-e', program]),
    );
    assert.deepEqual(JSON.parse(inside.stdout), {
      ...{ uid: 10001, root: 'EROFS', app: 'EROFS', tmp: 'written' },
      ...{ privileges: true, capabilities: '0000000000000000', extra: [] },
    });
  });

  await t.test('without a command it is a worker, which works a whole night', async () => {
    const night = await testNight(own);
    const keys = await keysFolder(own, night.site.url());
    const environment = {
      DATABASE_URL: night.url,
      STOCKFLOW_CONN_OMS: night.url,
      STOCKFLOW_CONN_RETAILPRO: keys.url,
    };
    const set = Object.entries(environment).flatMap(([name, value]) => ['--env', `${name}=${value}`]);
    const mount = ['--volume', `${keys.folder}:/run/keys:ro`];
    const container = podman.start(['--name', 'worker', ...HARDENED, ...set, ...mount, TAG]);
    const end = ended(container);
    await until('the worker to register', () => livingWorkers(night.pool), WITHIN_MS);
    const result = await night.run();
    assert.equal(result.run.state, 'success', JSON.stringify(result.tasks.map(({ errorText }) => errorText)));
    const report = await night.report(result);
    assert.ok(isSound(report), JSON.stringify(report));
    assert.match(await health(podman), /^worker \d+ \(pid 1\) lives, last heartbeat \d+ ms ago$/);
    await podman.run(['kill', '--signal', 'TERM', 'worker']);
    const { code, stderr } = await end;
    assert.equal(code, 0, stderr);
    const { rows } = await night.pool.query(
      'select stopped_at is not null as "isStopped", lost_at as "lostAt" from stockflow.worker',
    );
    assert.deepEqual(rows, [{ isStopped: true, lostAt: null }]);
  });
});

/** As the engine that starts the container asks it. */
async function health(podman: Podman): Promise<string> {
  return await podman.run(['exec', 'worker', 'stockflow', 'worker', '--check']);
}

async function livingWorkers(pool: { query(text: string): Promise<{ rowCount: number | null }> }) {
  const { rowCount } = await pool.query('select from stockflow.worker where stopped_at is null');
  return rowCount === 1 ? true : null;
}

/** The private key of the SFTP login in a folder that user 10001 can read, and the URL that names it there. */
async function keysFolder(
  own: Lifetime,
  url: string,
): Promise<{ readonly folder: string; readonly url: string }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'stockflow-keys-'));
  own.after(() => rm(folder, { recursive: true, force: true }));
  await chmod(folder, 0o755);
  const file = new URL(url).searchParams.get('private_key_file') ?? assert.fail('no key');
  assert.match(await readFile(file, 'utf8'), /PRIVATE KEY/);
  await cp(file, path.join(folder, 'retailpro'));
  await chmod(path.join(folder, 'retailpro'), 0o444);
  return { folder, url: url.replace(encodeURIComponent(file), encodeURIComponent('/run/keys/retailpro')) };
}

async function ended(child: ChildProcess): Promise<{ code: number | null; stdout: string; stderr: string }> {
  let [stdout, stderr] = ['', ''];
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    if (process.env.STOCKFLOW_TEST_LOG) process.stderr.write(text);
  });
  await once(child, 'close');
  return { code: child.exitCode, stdout, stderr };
}
