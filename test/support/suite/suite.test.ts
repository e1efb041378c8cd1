import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { testServerUrl } from '../postgres/database.ts';
import { ALONE } from './process_files.ts';

const MAIN = path.join(import.meta.dirname, 'main.ts');
const ROOT = path.join(import.meta.dirname, '../../..');

/** Each tells the number of its process by its title. */
const says = (name: string, body = '') => `
import { test } from 'node:test';
test(\`${name} in \${process.pid}\`, () => { ${body} });
`;

test('the files of a folder run in one process; one that fails, or cannot be loaded, fails the run and no other file', async (t) => {
  const dir = await mkdtemp(path.join(tmpdir(), 'stockflow-suite-test-'));
  t.after(() => rm(dir, { recursive: true, force: true }));
  const files: Readonly<Record<string, string>> = {
    'one/a.test.ts': says('a'),
    'one/b.test.ts': "import './missing.ts';",
    'one/c.test.ts': says('c', "throw new Error('c fails')"),
    'one/d.test.ts': `await new Promise((done) => setTimeout(done, 50));${says('d')}`,
    'other/e.test.ts': says('e'),
  };
  for (const [file, source] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(dir, file)), { recursive: true });
    await writeFile(path.join(dir, file), source);
  }
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const child = spawn(process.execPath, [MAIN, '--test-reporter=tap', '**/*.test.ts'], {
    cwd: dir,
    env: { ...env, TEST_DATABASE_URL: await testServerUrl() },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  assert.equal(code, 1);
  const pidOf = (name: string) => new RegExp(`^ok \\d+ - ${name} in (\\d+)$`, 'm').exec(output)?.[1];
  assert.ok(pidOf('a') !== undefined, output);
  assert.equal(pidOf('d'), pidOf('a'), output);
  assert.notEqual(pidOf('e') ?? pidOf('a'), pidOf('a'), output);
  assert.match(output, /^not ok \d+ - the test files of one load$/m);
  assert.match(output, /cannot load file:\S+\/one\/b\.test\.ts/);
  assert.match(output, new RegExp(`^not ok \\d+ - c in ${pidOf('a')}$`, 'm'));
  assert.match(output, /^# fail 2$/m);
});

test('each test file that has a process of its own is there', () => {
  assert.deepEqual(
    ALONE.filter((file) => !existsSync(path.join(ROOT, file))),
    [],
  );
});
