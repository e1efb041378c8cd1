import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { FailTask, SkipTask, TaskError } from '../../runner/task.ts';
import { openTaskWorld } from '../../runner/testing.ts';
import shell from '../../tasks/shell.ts';
import { until } from '../support/until.ts';

const folder = await mkdtemp(path.join(tmpdir(), 'stockflow-shell-'));
after(() => rm(folder, { recursive: true, force: true }));
const world = await openTaskWorld();
after(() => world[Symbol.asyncDispose]());

const sh = (script: string, ...given: readonly string[]) => ['sh', '-c', script, 'sh', ...given];

/** @returns true if the process runs; one that has ended may wait for long until the init process takes note of it */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !existsSync('/proc') || !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

async function pidIn(file: string): Promise<number> {
  return await until(`a pid in ${file}`, async () => {
    const text = await readFile(file, 'utf8').catch(() => '');
    return text.endsWith('\n') ? Number(text) : null;
  });
}

test('arguments reach the program as they are, and no shell reads them', async () => {
  const hostile = '$(touch x); `id` * "a b" \'c\'';
  const command = [process.execPath, '-e', 'console.log(JSON.stringify(process.argv.slice(1)))', hostile, ''];
  assert.deepEqual(await world.run(shell, { command, output: 'last_json_line' }), {
    exit_code: 0,
    json: [hostile, ''],
  });
});

test('the command gets allowed variables only, those that name its task, and none by itself', async () => {
  process.env.SHELL_TEST_SECRET = 'canary-value';
  const command = [process.execPath, '-e', 'console.log(JSON.stringify(process.env))'];
  const seen = async (params: object) => {
    const output = await world.run(shell, { command, output: 'last_json_line', ...params });
    assert.ok(typeof output === 'object' && output !== null && 'json' in output);
    return output.json as Record<string, string>;
  };
  const bare = await seen({ env: { STORE: 'S1' } });
  assert.deepEqual(
    Object.keys(bare)
      .filter((name) => !/^(PATH|HOME|LANG|LC_ALL|TMPDIR|TZ|PWD|OLDPWD|_|SHLVL)$/.test(name))
      .sort(),
    [
      'STOCKFLOW_BUSINESS_DATE',
      'STOCKFLOW_DAG_ID',
      'STOCKFLOW_INSTANCE',
      'STOCKFLOW_RUN_ID',
      'STOCKFLOW_SCHEDULED_FOR',
      'STOCKFLOW_TASK_ID',
      'STORE',
    ],
  );
  assert.equal(bare.STOCKFLOW_BUSINESS_DATE, '2026-03-10');
  assert.equal(bare.STOCKFLOW_INSTANCE, 'dag_under_test/2026-03-10T05:00:00Z/1/task_under_test');
  // What is passed by name may be a secret, and is in no log and no output.
  const passed = await seen({ pass_env: ['SHELL_TEST_SECRET', 'NOT_SET'] });
  assert.equal(passed.SHELL_TEST_SECRET, '[secret]');
  assert.doesNotMatch(JSON.stringify(world.logs), /canary/);
});

test('each line is logged as it comes, errors as warnings, and an endless output stops being kept', async () => {
  world.logs.length = 0;
  await world.run(shell, { command: sh('echo one; echo two >&2; sleep 0.01; printf "h\\303\\244lf"') });
  assert.deepEqual(world.logs.map(({ level, message, facts }) => [level, message, facts.stream]).sort(), [
    ['info', 'hälf', 'stdout'],
    ['info', 'one', 'stdout'],
    ['warn', 'two', 'stderr'],
  ]);
  world.logs.length = 0;
  await world.run(shell, { command: ['seq', '10500'] });
  assert.equal(world.logs.length, 10_001);
  assert.deepEqual(world.logs.at(-1)?.facts, { lines: 500 });
});

test('exit codes skip, fail or are retried, and the last line says why', async () => {
  const ends = (script: string, exit_codes = {}) => world.run(shell, { command: sh(script), exit_codes });
  assert.deepEqual(await ends('exit 3', { success: [0, 3] }), { exit_code: 3 });
  await assert.rejects(ends('echo nothing to do; exit 99', { skip: [99] }), (error) => {
    assert.ok(error instanceof SkipTask);
    assert.equal(error.message, 'sh ended with exit code 99: nothing to do');
    return true;
  });
  await assert.rejects(ends('exit 2', { fail: [2] }), FailTask);
  await assert.rejects(ends('echo broken >&2; exit 1'), {
    name: 'TaskError',
    message: /exit code 1: broken/,
  });
  await assert.rejects(ends('kill -s SEGV $$'), { constructor: TaskError, message: /was killed by SIGSEGV/ });
  await assert.rejects(world.run(shell, { command: ['no-such-program-here'] }), (error) => {
    return error instanceof FailTask && /exit code 127: .*not found/.test(error.message);
  });
  await assert.rejects(
    world.run(shell, { command: ['true'], working_dir: 'no/such' }),
    /there is no folder no\/such/,
  );
  const noJson = world.run(shell, { command: ['echo', 'done'], output: 'last_json_line' });
  await assert.rejects(noJson, /the last line of stdout is not JSON: "done"/);
});

test('a cancel sends SIGTERM to the whole group, and SIGKILL to what does not heed it', async () => {
  const run = async (script: string) => {
    const file = path.join(folder, `${Math.random()}`);
    const controller = new AbortController();
    const command = sh(script, file);
    const ran = world.run(shell, { command, kill_after: '200ms' }, { signal: controller.signal });
    const pid = await pidIn(`${file}.pid`);
    controller.abort(new Error('cancelled by the operator'));
    await assert.rejects(ran, /cancelled by the operator/);
    await until(`process ${pid} to end`, async () => !isAlive(pid));
    return await readFile(`${file}.said`, 'utf8').catch(() => null);
  };
  // The grandchild is told too, and has time to say so.
  const heeding = `trap 'wait; exit 0' TERM
    sh -c 'trap "echo told > $1.said; exit 0" TERM; echo $$ > $1.pid; while :; do sleep 0.01; done' sh "$1" & wait`;
  assert.equal(await run(heeding), 'told\n');
  assert.equal(await run(`trap '' TERM; echo $$ > "$1.pid"; while :; do sleep 0.01; done`), null);
});

test('processes that the command leaves behind end with it', async () => {
  const file = path.join(folder, 'left.pid');
  await world.run(shell, { command: sh('sleep 60 & echo $! > "$1"', file) });
  const pid = await pidIn(file);
  await until(`process ${pid} to end`, async () => !isAlive(pid));
});

test('no command outlives its worker, even if that is killed', async (t) => {
  const file = path.join(folder, 'orphan.pid');
  const program = path.join(folder, 'worker.ts');
  const root = path.join(import.meta.dirname, '../..');
  const command = sh('trap "" TERM; (trap "" TERM; echo $$ > "$1"; sleep 60) & wait', file);
  await writeFile(
    program,
    `import { runCommand } from ${JSON.stringify(path.join(root, 'tasks/shell/run_command.ts'))};
     await runCommand({ command: ${JSON.stringify(command)}, cwd: '.', env: { PATH: process.env.PATH },
       killAfterMs: 1000, signal: new AbortController().signal, onLine: () => {} });`,
  );
  const worker = spawn(process.execPath, [program], { stdio: 'inherit' });
  t.after(() => worker.kill('SIGKILL'));
  const pid = await pidIn(file);
  assert.ok(isAlive(pid));
  worker.kill('SIGKILL');
  await until(`process ${pid} to end with its worker`, async () => !isAlive(pid));
});
