import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { after, test } from 'node:test';
import { CommandError, Interrupted } from '../../../runner/commands/cli/exit_code.ts';
import { newPassword, type PasswordInput } from '../../../runner/commands/web/password.ts';
import { changeUsers } from '../../../runner/commands/web/users_file.ts';
import { parseUsers } from '../../../runner/web/access/users/file.ts';
import { isPassword } from '../../../runner/web/access/users/password.ts';
import { keptShell } from '../../support/kept_shell.ts';
import { testDatabase } from '../../support/postgres/database.ts';
import { until } from '../../support/until.ts';
import { cliProject } from './cli_project.ts';

const { url, pool } = await testDatabase({ after }, { migrations: ['runner', 'queue'] });
const project = await cliProject({ after }, { DATABASE_URL: url });
const CLI = path.resolve(import.meta.dirname, '../../../runner/cli.ts');

test('web serves the page on this machine until it is stopped; up beside it says so, works on, and serves /metrics alone', async () => {
  const web = project.start(['web', '--port', '0']);
  await web.said('Ctrl-C stops');
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const address = taken.address();
  const port = address !== null && typeof address === 'object' ? String(address.port) : '';
  const up = project.start(['up', '--port', port, '--metrics-port', '0']);
  const upSaid = await up.said('working; Ctrl-C stops');
  const metricsUrl = /the metrics are at (http:\S+)/.exec(upSaid)?.[1] ?? assert.fail(upSaid);
  const scrape = await (await fetch(metricsUrl)).text();
  assert.match(scrape, /^stockflow_workers 1$/m);
  assert.match(scrape, /^process_cpu_seconds_total \d/m);
  assert.equal((await fetch(new URL('/dags', metricsUrl))).status, 404);
  const failed = await project.run(['web', '--port', port]);
  taken.close();
  web.kill('SIGTERM');
  up.kill('SIGTERM');
  const [webEnd, upEnd] = [await web.ended, await up.ended];
  assert.match(webEnd.stderr, /the page is at http:\/\/127\.0\.0\.1:\d+;/);
  assert.equal(webEnd.code, 0, webEnd.stderr);
  assert.match(upEnd.stderr, /warning: the page is not served: port \d+ of 127\.0\.0\.1 is taken/);
  assert.equal(upEnd.code, 0, upEnd.stderr);
  assert.equal(failed.code, 1);
  assert.match(failed.stderr, /^error: port \d+ of 127\.0\.0\.1 is taken, .*--port takes another\n$/);
});

test('web alone tells the channels of all DAGs of a run that did not start', async () => {
  const source = 'dag_id: feed\ntimezone: UTC\nschedule: "0 1 * * *"\ntasks: [{task_id: a, type: b}]\n';
  await pool.query(
    `with dag as (
       insert into stockflow.dag (dag_id, file, next_scheduled_for)
       values ('feed', 'elsewhere/feed.yaml', now() - interval '1 hour') returning dag_id
     )
     insert into stockflow.dag_version (dag_id, sha256, source, file)
     select dag_id, repeat('0', 64), $1, 'elsewhere/feed.yaml' from dag`,
    [source],
  );
  await pool.query(
    'update stockflow.dag set current_version_id = (select max(dag_version_id) from stockflow.dag_version)',
  );
  const web = project.start(['web', '--port', '0'], { STOCKFLOW_ALERTS_TO: 'pager, desk' });
  const told = await until('both channels', async () => {
    const { rows } = await pool.query('select kind, cause, channel from audit.alert order by channel');
    return rows.length === 2 ? rows : null;
  });
  const alert = { kind: 'not_started', cause: 'no live worker' };
  assert.deepEqual(told, [
    { ...alert, channel: 'desk' },
    { ...alert, channel: 'pager' },
  ]);
  web.kill('SIGTERM');
  const { code, stderr } = await web.ended;
  assert.equal(code, 0, stderr);
});

test('for other machines web refuses to start without users or a proxy, and says in one message what to set', async () => {
  const { code, stderr } = await project.run(['web', '--host', '0.0.0.0']);
  assert.equal(code, 2);
  assert.equal(stderr.trim().split('\n').length, 1);
  assert.match(
    stderr,
    /STOCKFLOW_WEB_USERS_FILE, or STOCKFLOW_WEB_PROXY_HEADER and STOCKFLOW_WEB_PROXY_ADDRESSES/,
  );
  assert.match(stderr, /stockflow web user add <name> --role admin --file <file>/);
  const wrong = { STOCKFLOW_WEB_USERS_FILE: 'wrong.txt' };
  await project.write('wrong.txt', '# people\nmia:king:-\n');
  const malformed = await project.run(['web', '--port', '0'], wrong);
  assert.equal(malformed.code, 2);
  assert.match(malformed.stderr, /wrong\.txt:2: "king" is no role: write viewer, operator, admin/);
});

test('web user add takes the password from stdin and lets nobody else read it; list, passwd and remove go by the file', async () => {
  const file = path.join(project.dir, 'users.txt');
  const pipePassword = async (words: readonly string[], password: string) => {
    const child = spawn(
      process.execPath,
      [CLI, 'web', 'user', ...words, '--file', file, '--password-stdin'],
      {
        cwd: project.dir,
      },
    );
    child.stdin.end(`${password}\n`);
    await once(child, 'close');
    return child.exitCode;
  };
  const run = (...words: string[]) => project.run(['web', 'user', ...words, '--file', file]);
  assert.equal(await pipePassword(['add', 'night_shift', '--role', 'operator'], 'canary horse battery'), 0);
  assert.equal((await stat(file)).mode & 0o777, 0o600);
  assert.equal((await run('add', 'jenkins', '--role', 'viewer', '--no-password')).code, 0);
  assert.deepEqual(JSON.parse((await run('list', '-o', 'json')).stdout), [
    { name: 'night_shift', role: 'operator', password: true },
    { name: 'jenkins', role: 'viewer', password: false },
  ]);
  assert.match(
    (await run('add', 'jenkins', '--role', 'admin', '--no-password')).stderr,
    /jenkins is there already/,
  );
  assert.match((await run('remove', 'night_shfit')).stderr, /has no night_shfit, did you mean night_shift\?/);
  assert.equal(await pipePassword(['passwd', 'night_shift'], 'another horse battery'), 0);
  const users = parseUsers(await readFile(file, 'utf8'), file);
  assert.equal(await isPassword('another horse battery', users.get('night_shift')?.passwordHash ?? ''), true);
  assert.equal((await run('remove', 'jenkins')).code, 0);
  assert.deepEqual([...parseUsers(await readFile(file, 'utf8'), file).keys()], ['night_shift']);
});

test('a change of the users file keeps its rights, and leaves it alone where another change is being made', async () => {
  const file = path.join(project.dir, 'kept.txt');
  await writeFile(file, 'ops_lead:admin:-\n', { mode: 0o640 });
  await changeUsers(file, (text) => `${text}night_shift:viewer:-\n`);
  assert.equal((await stat(file)).mode & 0o777, 0o640);
  await writeFile(`${file}.new`, '');
  await assert.rejects(
    changeUsers(file, () => ''),
    /kept\.txt\.new is there: another change is being made/,
  );
  assert.equal(await readFile(file, 'utf8'), 'ops_lead:admin:-\nnight_shift:viewer:-\n');
});

test('a token is printed once, listed without its text, and revoked', async () => {
  const users = { STOCKFLOW_WEB_USERS_FILE: 'tokens.txt' };
  await project.write('tokens.txt', 'night_shift:operator:-\n');
  const run = (...words: string[]) => project.run(['web', 'token', ...words], users);
  const created = await run('create', 'night_shift', '--name', 'grafana', '--expires', '90d');
  assert.match(created.stdout, /^sf_[\w-]{43}\n$/);
  assert.match(created.stderr, /token 1 of night_shift: keep it now, it is not shown again/);
  const unknown = await run('create', 'nightshift');
  assert.deepEqual([unknown.code, unknown.stdout], [4, '']);
  const listed = await run('list', '-o', 'json');
  assert.doesNotMatch(listed.stdout, /sf_/);
  const [{ person, name, state }] = JSON.parse(listed.stdout);
  assert.deepEqual({ person, name, state }, { person: 'night_shift', name: 'grafana', state: 'good' });
  assert.match((await run('revoke', '1')).stderr, /token 1 of night_shift is revoked/);
  assert.equal((await run('revoke', '1')).code, 4);
});

/** A terminal on which the parts are typed, one after the other. */
function terminal(...typed: readonly string[]) {
  const modes: boolean[] = [];
  const setRawMode = (isRaw: boolean) => void modes.push(isRaw);
  const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode }) satisfies PasswordInput;
  const rest = [...typed];
  input.on('resume', () => {
    const next = rest.shift();
    if (next !== undefined) setImmediate(() => input.write(next));
  });
  return { input, modes };
}

test('on a terminal a password is typed twice without echo, and can be corrected', async () => {
  const { shell, written } = keptShell('terminal');
  const { input, modes } = terminal(
    'no\u0015a long wrong\u007f\u007f\u007f\u007f\u007fpassphrase\r',
    'a long passphrase\r',
  );
  assert.equal(await newPassword(shell, {}, input), 'a long passphrase');
  assert.equal(written.join(''), 'Password: \nThe same again: \n');
  assert.deepEqual(modes, [true, false, true, false]);
});

test('a password that is not typed alike, is too short, or cannot be asked for is refused, and Ctrl-C ends the asking', async () => {
  const { shell } = keptShell('terminal');
  const asked = (...typed: string[]) => newPassword(shell, {}, terminal(...typed).input);
  await assert.rejects(
    asked('a long passphrase\r', 'a long passphrasf\r'),
    /not the same; nothing was changed/,
  );
  await assert.rejects(asked('short\r', 'short\r'), /at least 12/);
  await assert.rejects(asked('a long\u0003'), Interrupted);
  await assert.rejects(newPassword(keptShell().shell, {}, new PassThrough()), (error) => {
    assert.ok(error instanceof CommandError);
    return /--password-stdin/.test(error.message);
  });
});
