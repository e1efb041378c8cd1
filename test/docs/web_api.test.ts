import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { DagVersions } from '../../runner/engine/dags/versions.ts';
import { ConnectionPools } from '../../runner/engine/worker/connection_pools.ts';
import { createApp } from '../../runner/web/app.ts';
import { startSite } from '../runner/web/access/site.ts';
import { testEngine, testLog } from '../support/engine/engine.ts';
import { steps } from '../support/engine/task_types.ts';
import { noLive } from '../support/web/no_live.ts';
import { blocksOf, page, tableBelow } from './pages.ts';

const web = page('web.md');
const step = steps();
const engine = await testEngine({ after }, [step.type]);
const { pool, dagsDir, taskTypes } = engine;
const context = {
  pool,
  versions: new DagVersions(pool),
  log: testLog,
  dagsDir,
  env: {},
  projectDir: dagsDir,
  signal: new AbortController().signal,
  connections: new ConnectionPools({}, testLog),
  live: noLive,
  linksOfRun: () => [],
  taskTypes: async () => taskTypes,
};
const site = await startSite({ after }, pool, { makeApp: (guard) => createApp({ context, guard }) });
const documented = (await (await fetch(`http://127.0.0.1:${site.port}/api/v1/openapi.json`)).json()) as {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly responses: object }>>>>;
};

test('every curl command on the page is answered with JSON, by a server of its own', async () => {
  step.on('load_file', ({ log }) => {
    log.info('loading');
    return null;
  });
  await engine.writeDag(
    'nightly_load',
    'dag_id: nightly_load\ntimezone: UTC\nschedule: "0 1 * * *"\nparams: {store: {type: integer, default: 1, description: the store}}\ntasks: [{task_id: load_file, type: step}]\n',
  );
  await engine.startWorker();
  for (let count = 0; count < 3; count += 1) await engine.run('nightly_load');
  const blocks = blocksOf(web, 'sh');
  assert.ok(blocks.length >= 6);
  for (const { text, line } of blocks) {
    const commands = text.replaceAll('\\\n', ' ').trim().split('\n');
    for (const command of commands) {
      assert.match(command, /^curl /, `docs/web.md:${line}`);
      const { stdout } = await promisify(execFile)('sh', [
        '-c',
        command.replaceAll('127.0.0.1:8484', `127.0.0.1:${site.port}`),
      ]);
      assert.doesNotThrow(() => JSON.parse(stdout), `docs/web.md:${line}: ${command}: ${stdout}`);
    }
  }
});

test('the requests that change something are those of the OpenAPI document', () => {
  const listed = tableBelow(web, '### Changes').map(([request]) => request);
  const described = Object.entries(documented.paths).flatMap(([path, methods]) =>
    'post' in methods ? [`POST ${path.replace('/api/v1', '')}`] : [],
  );
  assert.deepEqual(listed.toSorted(), described.toSorted());
});

test('every status of the OpenAPI document is in the table of errors', () => {
  const listed = tableBelow(web, '### Errors').map(([status]) => status);
  const described = Object.values(documented.paths).flatMap((methods) =>
    Object.values(methods).flatMap(({ responses }) => Object.keys(responses)),
  );
  for (const status of new Set(described.filter((one) => !one.startsWith('2'))))
    assert.ok(listed.includes(status), status);
});
