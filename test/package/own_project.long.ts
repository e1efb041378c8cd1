/** The package as it is packed, and projects of one's own on it, outside the clone: from `stockflow init` to a night. */
import assert from 'node:assert/strict';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { z } from 'zod';
import { install, run, start } from './machine.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const PUBLINT = 'publint@0.3.25';
const ARE_THE_TYPES_WRONG = '@arethetypeswrong/cli@0.18.5';

const folder = await mkdtemp(path.join(tmpdir(), 'stockflow-package-'));
// The database's server may have an account of its own.
await chmod(folder, 0o755);
after(() => rm(folder, { recursive: true, force: true }));
const hello = path.join(folder, 'hello');
const shop = path.join(folder, 'shop');

const packed = z
  .tuple([
    z.looseObject({
      filename: z.string(),
      size: z.int(),
      files: z.array(z.looseObject({ path: z.string() })),
    }),
  ])
  .parse(JSON.parse((await run(ROOT, 'npm', 'pack', '--json', '--pack-destination', folder)).stdout))[0];
const tarball = path.join(folder, packed.filename);

test('the package holds what it needs when it is installed, and no source of the runner, no test and no tool', () => {
  const paths = packed.files.map((file) => file.path);
  const has = (file: string) => paths.includes(file);
  for (const needed of [
    'bin/stockflow',
    'dist/runner/task.js',
    'dist/runner/task.js.map',
    'dist/runner/task.d.ts',
    'dist/demo/commands/demo.js',
    'dist/runner/engine/worker/heartbeat_thread.js',
    'runner/web/assets/style.css',
    'migrations/runner/0001_runner.sql',
    'migrations/oms/roles.sql',
    'docs/dag.schema.json',
    'tasks/verify.ts',
    'templates/shared/_gitignore',
    'LICENSE',
  ])
    assert.ok(has(needed), needed);
  const allowed =
    /^(bin|dags|deploy|dist|docs|migrations|tasks|templates|runner\/web\/assets)\/|^[A-Z]+(\.md)?$|^package\.json$/;
  assert.deepEqual(
    paths.filter((file) => !allowed.test(file) || /^dist\/test\/|^docs\/images\//.test(file)),
    [],
  );
  assert.ok(packed.size < 4_000_000, `${packed.size} bytes`);
});

test('publint and arethetypeswrong find nothing', async () => {
  const lint = await run(
    folder,
    'npm',
    'exec',
    '--yes',
    `--package=${PUBLINT}`,
    '--',
    'publint',
    tarball,
    '--strict',
  );
  assert.match(lint.stdout, /All good!/);
  const types = [`--package=${ARE_THE_TYPES_WRONG}`, '--', 'attw', tarball, '--profile', 'esm-only'];
  // It fails where it finds something in what a module can resolve: the package has no CommonJS.
  const { stdout } = await run(folder, 'npm', 'exec', '--yes', ...types);
  assert.match(stdout, /"@stockflow\/stockflow\/task"\s+node16 \(from ESM\): 🟢 \(ESM\)/);
});

test('a project made by the clone, on the package in its vendor/, installs, type-checks, tests and runs its DAG, in a process of its own too', async () => {
  await run(folder, path.join(ROOT, 'bin/stockflow'), 'init', 'hello');
  await install(hello);
  await run(hello, 'npm', 'run', 'typecheck');
  await run(hello, 'npx', 'stockflow', 'dags', 'validate');
  assert.match((await run(hello, 'npm', 'test')).stdout, /^ℹ pass 2$/m);
  await run(hello, 'npx', 'stockflow', 'trigger', 'hello', '--local', '--wait');
  const { stdout } = await run(hello, 'npx', 'stockflow', 'runs', 'artifacts', '1', 'greeting.txt');
  assert.match(stdout, /^Hello world, on \d{4}-\d{2}-\d{2}\n$/);

  const greet = path.join(hello, 'tasks/greet.ts');
  const isolated = (await readFile(greet, 'utf8')).replace('  params:', "  isolation: 'process',\n  params:");
  await writeFile(greet, isolated);
  const { stderr } = await run(hello, 'npx', 'stockflow', 'trigger', 'hello', '--local', '--wait');
  assert.match(stderr, /write_greeting success/);

  await assert.rejects(
    run(hello, 'npx', 'stockflow', 'demo', '--rows', '20000'),
    /there is no inventory_sync\.yaml in dags, .* stockflow init <folder> --template inventory-sync/,
  );
});

test('the inventory project, made by the installed package, type-checks with the types of the package too, and its tests pass', async () => {
  await run(hello, 'npx', 'stockflow', 'init', '../shop', '--template', 'inventory-sync');
  await install(shop);
  await run(shop, 'npm', 'run', 'typecheck', '--', '--skipLibCheck', 'false');
  await run(shop, 'npx', 'stockflow', 'dags', 'validate');
  assert.match((await run(shop, 'npm', 'test')).stdout, /^ℹ fail 0$/m);
  await run(shop, 'npm', 'run', 'schema');
  const schema = await readFile(path.join(shop, 'dag.schema.json'), 'utf8');
  assert.equal(schema, await readFile(path.join(ROOT, 'docs/dag.schema.json'), 'utf8'));
});

const report = z.looseObject({
  run: z.looseObject({ state: z.string() }),
  invariants: z.record(z.string(), z.looseObject({ checked: z.int(), violations: z.int() })),
});

test("a night of the project's own DAG and task types, in the databases of the demo world, sets every count right", async () => {
  const { stdout } = await run(shop, 'npx', 'stockflow', 'demo', '--rows', '20000', '-o', 'json');
  const night = report.parse(JSON.parse(stdout));
  assert.equal(night.run.state, 'success');
  const checks = Object.values(night.invariants);
  assert.equal(checks.length, 5);
  for (const { checked, violations } of checks) {
    assert.ok(checked > 0);
    assert.equal(violations, 0);
  }
});

test('up schedules, serves the page with its style, and ends at Ctrl-C', async (t) => {
  const up = start(t, shop, [path.join(shop, 'node_modules/.bin/stockflow'), 'up', '--port', '0']);
  const [, url = ''] = await up.wrote(/the page is at (\S+)\n/);
  const page = await (await fetch(url)).text();
  assert.match(page, /inventory_sync/);
  const style = /href="(\/assets\/[^"]+\.css)"/.exec(page)?.[1];
  assert.ok(style, 'the page names no style sheet');
  assert.equal((await fetch(new URL(style, url))).status, 200);
  assert.equal((await fetch(new URL('/readyz', url))).status, 200);
  // Interrupted, and in order.
  assert.equal(await up.stop(), 130);
});
