import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmod, copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';

const EXECUTABLE = path.resolve(import.meta.dirname, '../../bin/stockflow');

/** A program that answers as a Node of this version does, and else prints its arguments. */
const nodeOf = (name: string, version: string) =>
  `#!/bin/sh\nif [ "$1" = --version ]; then echo v${version}; else echo ${name} "$@"; fi\n`;

async function program(file: string, text: string): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, text);
  await chmod(file, 0o755);
}

/** Lays out a project with the package installed; `own` is the version of its own Node, `machine` of the machine's. */
async function installed(
  t: TestContext,
  { own, machine }: { readonly own?: string; readonly machine?: string },
): Promise<{ run(): Promise<{ exitCode: number; stdout: string; stderr: string }>; readonly root: string }> {
  const root = await mkdtemp(path.join(tmpdir(), 'stockflow-bin-'));
  t.after(() => rm(root, { recursive: true, force: true }));
  const modules = path.join(root, 'node_modules');
  const home = path.join(modules, '@stockflow/stockflow');
  await mkdir(path.join(home, 'bin'), { recursive: true });
  await mkdir(path.join(modules, '.bin'));
  await copyFile(EXECUTABLE, path.join(home, 'bin/stockflow'));
  await symlink('../@stockflow/stockflow/bin/stockflow', path.join(modules, '.bin/stockflow'));
  if (own !== undefined) {
    await program(path.join(modules, 'node/bin/node'), nodeOf('own', own));
    const text = `{\n  "name": "node",\n  "version": "${own}",\n  "bin": {}\n}\n`;
    await writeFile(path.join(modules, 'node/package.json'), text);
  }
  const tools = path.join(root, 'tools');
  await mkdir(tools);
  for (const tool of ['readlink', 'cat']) await symlink(`/bin/${tool}`, path.join(tools, tool));
  if (machine !== undefined) await program(path.join(tools, 'node'), nodeOf('machine', machine));
  const run = () =>
    new Promise<{ exitCode: number; stdout: string; stderr: string }>((resolve) => {
      const env = { PATH: tools };
      execFile(
        '/bin/sh',
        [path.join(modules, '.bin/stockflow'), 'status'],
        { env },
        (error, stdout, stderr) =>
          resolve({ exitCode: error === null ? 0 : Number(error.code), stdout, stderr }),
      );
    });
  return { run, root: home };
}

test("the package runs on the project's Node, whatever the machine's is", async (t) => {
  const { run, root } = await installed(t, { own: '26.10.0', machine: '20.20.2' });
  assert.deepEqual(await run(), {
    exitCode: 0,
    stdout: `own ${root}/dist/runner/cli.js status\n`,
    stderr: '',
  });
});

test("without one, or with an old one, it runs on the machine's if that is new enough", async (t) => {
  for (const own of [undefined, '22.1.0']) {
    const { run, root } = await installed(t, { machine: '27.0.0-nightly', ...(own && { own }) });
    assert.deepEqual(await run(), {
      exitCode: 0,
      stdout: `machine ${root}/dist/runner/cli.js status\n`,
      stderr: '',
    });
  }
});

test('without a Node that is new enough it says which one was found and what to install', async (t) => {
  const old = await (await installed(t, { machine: '20.20.2' })).run();
  assert.deepEqual([old.exitCode, old.stdout], [1, '']);
  assert.match(
    old.stderr,
    /^stockflow: Node 26 or newer is needed, and v20\.20\.2 was found\.\n {2}in a project, .*: {2}npm install --save-dev node@26\n/,
  );
  const none = await (await installed(t, {})).run();
  assert.match(none.stderr, /Node 26 or newer is needed, and none was found\./);
});
