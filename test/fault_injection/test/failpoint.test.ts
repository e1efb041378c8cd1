import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { armFailpoint, FAILPOINTS } from '../../../runner/testing.ts';

const ROOT = path.join(import.meta.dirname, '../../..');
const FAILPOINT_FILE = path.join(ROOT, 'runner/engine/failpoint.ts');

/**
 * Runs code in a process of its own.
 * @returns its exit code, or the signal that ended it
 */
async function endOf(code: string, env: Record<string, string> = {}): Promise<number | string> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
    env: { ...process.env, ...env },
    stdio: 'ignore',
  });
  const [exitCode, signal] = await once(child, 'exit');
  return exitCode ?? signal;
}

const PASS_THREE_TIMES = `for (let pass = 0; pass < 3; pass += 1) failpoint('finish.committed');`;
const IMPORT = `import { armFailpoint, failpoint } from '${FAILPOINT_FILE}';`;

test('an armed process dies at the pass that was named, and at no earlier one and no other point', async () => {
  assert.equal(await endOf(`${IMPORT} armFailpoint('finish.committed:3'); ${PASS_THREE_TIMES}`), 'SIGKILL');
  assert.equal(await endOf(`${IMPORT} armFailpoint('finish.committed:4'); ${PASS_THREE_TIMES}`), 0);
  assert.equal(await endOf(`${IMPORT} armFailpoint('finish.before:1'); ${PASS_THREE_TIMES}`), 0);
});

test('a process that nobody armed ignores the variable', async () => {
  assert.equal(await endOf(`${IMPORT} ${PASS_THREE_TIMES}`, { STOCKFLOW_FAIL_AT: 'finish.committed:1' }), 0);
});

test('nothing of what is shipped can arm a failpoint', () => {
  const shipped = globSync('{runner,tasks,demo,bin}/**/*', { cwd: ROOT, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .filter((file) => file !== FAILPOINT_FILE);
  assert.ok(shipped.length > 50);
  assert.deepEqual(
    shipped.filter((file) => readFileSync(file, 'utf8').includes('armFailpoint')),
    [],
  );
});

test('each point stands at one place in the engine, and no place names another point', () => {
  const source = globSync('runner/engine/**/*.ts', { cwd: ROOT })
    .map((file) => readFileSync(path.join(ROOT, file), 'utf8'))
    .join('\n');
  const placed = [...source.matchAll(/(?:failpoint|passing)\('([^']+)'/g)].map(([, point]) => point ?? '');
  assert.deepEqual(placed.toSorted(), FAILPOINTS.toSorted());
});

test('a failpoint that does not exist is refused', () => {
  for (const spec of [
    'finish.nowhere:1',
    'finish.committed',
    'finish.committed:0',
    'finish.committed:x',
    'finish.committed:1:go',
  ]) {
    assert.throws(() => armFailpoint(spec), RangeError, spec);
  }
});
