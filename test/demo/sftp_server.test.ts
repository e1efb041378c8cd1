import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import ssh2, { type SFTPWrapper } from 'ssh2';
import SftpClient from 'ssh2-sftp-client';
import { fingerprintOf, generateKeyPair } from '../../demo/sftp_server/host_key.ts';
import { type RunningSftpServer, startSftpServer } from '../../demo/sftp_server/server.ts';
import { opensshAvailable } from '../support/sftp/openssh.ts';

const SERVER_FILE = fileURLToPath(new URL('../../demo/sftp_server/server.ts', import.meta.url));

test('a key pair has one fingerprint, whichever half it is taken from', () => {
  const pair = generateKeyPair();
  assert.match(fingerprintOf(pair.publicKey), /^SHA256:[A-Za-z0-9+/]{43}$/);
  assert.equal(fingerprintOf(pair.privateKey), fingerprintOf(pair.publicKey));
  assert.throws(() => fingerprintOf('no key'), /not an SSH key/);
});

test('every key pair can be read, also where the public key begins with a zero byte', () => {
  // One pair in 256 begins so; that none of 1,500 does is a matter of 3 in 1,000.
  for (let made = 0; made < 1_500; made += 1) {
    const { privateKey, publicKey } = generateKeyPair();
    assert.equal(fingerprintOf(privateKey), fingerprintOf(publicKey));
  }
});

test('the fingerprint is the one ssh-keygen prints', { skip: !opensshAvailable() }, async () => {
  const dir = await mkdtemp(join(tmpdir(), 'stockflow-key-'));
  try {
    const pair = generateKeyPair();
    await writeFile(join(dir, 'key.pub'), pair.publicKey);
    const { stdout } = await promisify(execFile)('ssh-keygen', ['-l', '-f', join(dir, 'key.pub')]);
    assert.equal(stdout.split(' ')[1], fingerprintOf(pair.publicKey));
  } finally {
    await rm(dir, { recursive: true });
  }
});

describe('the demo SFTP server', () => {
  const userKey = generateKeyPair();
  let homeDir: string;
  let rootDir: string;
  let server: RunningSftpServer;
  let client: SftpClient;
  let sftp: SFTPWrapper;
  const local = (path: string) => join(rootDir, path);

  before(async () => {
    homeDir = await mkdtemp(join(tmpdir(), 'stockflow-demo-sftp-'));
    rootDir = join(homeDir, 'root');
    await mkdir(rootDir);
    await writeFile(join(homeDir, 'outside'), 'secret');
    server = await startSftpServer({
      rootDir,
      hostKey: generateKeyPair().privateKey,
      auth: { user: 'u', password: 'p', publicKey: userKey.publicKey },
    });
    ({ client, sftp } = await login({ password: 'p' }));
  });
  after(async () => {
    await client.end();
    await server[Symbol.asyncDispose]();
    await rm(homeDir, { recursive: true });
  });

  async function login(how: { user?: string; password?: string; privateKey?: string }) {
    const made = new SftpClient('test', { error() {}, end() {}, close() {} });
    const { user = 'u', ...secret } = how;
    const wrapper = await made.connect({ host: '127.0.0.1', port: server.port, username: user, ...secret });
    return { client: made, sftp: wrapper };
  }

  /** Returns the status of the answer to a request; 0 for success. */
  function statusOf(ask: (done: (error?: Error | null) => void) => void): Promise<unknown> {
    return new Promise((resolve) => {
      ask((error) => resolve(error && 'code' in error ? error.code : 0));
    });
  }

  function openHandle(path: string, mode: 'w' | 'r+'): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      sftp.open(path, mode, (error, opened) => (error ? reject(error) : resolve(opened)));
    });
  }

  test('logs in by password or key, and lets no one else in', async () => {
    const byKey = await login({ privateKey: userKey.privateKey });
    await byKey.client.end();
    await assert.rejects(login({ password: 'q' }), /authentication/);
    await assert.rejects(login({ user: 'v', password: 'p' }), /authentication/);
    await assert.rejects(login({ privateKey: generateKeyPair().privateKey }), /authentication/);
  });

  test('needs a way to log in', async () => {
    const hostKey = generateKeyPair().privateKey;
    await assert.rejects(
      startSftpServer({ rootDir, hostKey, auth: { user: 'u' } }),
      /password or a public key/,
    );
  });

  test('puts, lists, gets, renames and deletes', async () => {
    await client.mkdir('/dir/sub', true);
    await client.put(Buffer.from('hello'), '/dir/a.txt');
    assert.equal(await readFile(local('dir/a.txt'), 'utf8'), 'hello');
    const names = (await client.list('/dir')).map(({ type, name, size }) => [
      type,
      name,
      type === '-' ? size : 0,
    ]);
    assert.deepEqual(names.toSorted(), [
      ['-', 'a.txt', 5],
      ['d', 'sub', 0],
    ]);
    assert.equal(String(await client.get('/dir/a.txt')), 'hello');
    await client.rename('/dir/a.txt', '/dir/b.txt');
    await client.delete('/dir/b.txt');
    await client.rmdir('/dir', true);
    assert.equal(existsSync(local('dir')), false);
  });

  test('a plain rename fails onto an existing file, a POSIX rename replaces it', async () => {
    await writeFile(local('from'), 'new');
    await writeFile(local('to'), 'old');
    assert.equal(await statusOf((done) => sftp.rename('/from', '/to', done)), 4);
    assert.equal(await readFile(local('to'), 'utf8'), 'old');
    assert.equal(await statusOf((done) => sftp.ext_openssh_rename('/from', '/to', done)), 0);
    assert.equal(await readFile(local('to'), 'utf8'), 'new');
  });

  test('fsync is offered', async () => {
    const handle = await openHandle('/synced', 'w');
    assert.equal(await statusOf((done) => sftp.ext_openssh_fsync(handle, done)), 0);
    assert.equal(await statusOf((done) => sftp.close(handle, done)), 0);
    assert.equal(await statusOf((done) => sftp.close(handle, done)), 4); // not open any more
  });

  test('attributes are set by path and by handle', async () => {
    await writeFile(local('attributes'), 'abcdef');
    assert.equal(await statusOf((done) => sftp.chmod('/attributes', 0o600, done)), 0);
    assert.equal(await statusOf((done) => sftp.utimes('/attributes', 1_600_000_000, 1_700_000_000, done)), 0);
    const byPath = await stat(local('attributes'));
    assert.deepEqual([byPath.mode & 0o777, byPath.mtimeMs], [0o600, 1_700_000_000_000]);
    const handle = await openHandle('/attributes', 'r+');
    assert.equal(await statusOf((done) => sftp.fchmod(handle, 0o640, done)), 0);
    assert.equal(await statusOf((done) => sftp.fsetstat(handle, { size: 2 }, done)), 0);
    const byHandle = await stat(local('attributes'));
    assert.deepEqual([byHandle.mode & 0o777, byHandle.size], [0o640, 2]);
    await statusOf((done) => sftp.close(handle, done));
  });

  test('no path leads out of the root', async () => {
    for (const path of ['/../outside', '../outside', '/a/../../outside']) {
      assert.equal(await statusOf((done) => sftp.stat(path, done)), 2, path); // not found: the root has no `outside`
    }
    assert.equal(await client.realPath('/a/../../..'), '/');
    assert.equal(await client.realPath('.'), '/');
  });

  test('no link leads out of the root, for reading, writing, renaming or making', async () => {
    await symlink(join(homeDir, 'outside'), local('leak'));
    await symlink(homeDir, local('leak-dir'));
    const refused = [2, 3, 4];
    const asked = [
      (done: (error?: Error | null) => void) => sftp.open('/leak', 'r', done),
      (done: (error?: Error | null) => void) => sftp.open('/leak', 'w', done),
      (done: (error?: Error | null) => void) => sftp.open('/leak-dir/outside', 'r', done),
      (done: (error?: Error | null) => void) => sftp.open('/leak-dir/new', 'w', done),
      (done: (error?: Error | null) => void) => sftp.stat('/leak', done),
      (done: (error?: Error | null) => void) => sftp.lstat('/leak-dir/outside', done),
      (done: (error?: Error | null) => void) => sftp.mkdir('/leak-dir/made', done),
      (done: (error?: Error | null) => void) => sftp.unlink('/leak-dir/outside', done),
      (done: (error?: Error | null) => void) => sftp.rename('/leak', '/leak-dir/moved', done),
      (done: (error?: Error | null) => void) => sftp.opendir('/leak-dir', done),
    ];
    for (const [index, ask] of asked.entries()) {
      assert.ok(refused.includes(Number(await statusOf(ask))), `request ${index} was allowed`);
    }
    assert.equal(await readFile(join(homeDir, 'outside'), 'utf8'), 'secret');
  });

  test('an error names no path of the machine', async () => {
    const error = await new Promise<Error | undefined>((resolve) => sftp.stat('/nothing', resolve));
    assert.equal(error?.message, 'ENOENT');
  });

  test('a session other than SFTP is refused', async () => {
    const ssh = new ssh2.Client();
    ssh.connect({ host: '127.0.0.1', port: server.port, username: 'u', password: 'p' });
    await once(ssh, 'ready');
    const error = await new Promise<Error | undefined>((resolve) => ssh.exec('id', resolve));
    assert.ok(error instanceof Error);
    ssh.end();
    await once(ssh, 'close');
  });

  test("OpenSSH's own client gets what it put", { skip: !opensshAvailable() }, async () => {
    const keyFile = join(homeDir, 'user_key');
    await writeFile(keyFile, userKey.privateKey, { mode: 0o600 });
    const content = Buffer.alloc(3_000_000, 'line\n');
    await writeFile(join(homeDir, 'up'), content);
    await writeFile(join(homeDir, 'batch'), `put ${homeDir}/up /via\nls -l /\nget /via ${homeDir}/down\n`);
    const options = ['-i', keyFile, '-P', String(server.port), '-b', join(homeDir, 'batch')];
    const unknownHost = ['-o', 'StrictHostKeyChecking=no', '-o', 'UserKnownHostsFile=/dev/null'];
    await promisify(execFile)('sftp', [
      ...options,
      ...unknownHost,
      '-o',
      'IdentitiesOnly=yes',
      'u@127.0.0.1',
    ]);
    assert.ok((await readFile(join(homeDir, 'down'))).equals(content));
  });

  test('as a process it says where it listens and ends with its stdin', async () => {
    const passwordFile = join(homeDir, 'password');
    await writeFile(passwordFile, 'p\n');
    const child = spawn(
      process.execPath,
      [SERVER_FILE, '--root', rootDir, '--user', 'u', '--password-file', passwordFile],
      { stdio: ['pipe', 'pipe', 'inherit'] },
    );
    const exited = once(child, 'exit');
    const [line] = await once(createInterface({ input: child.stdout }), 'line');
    const ready: unknown = JSON.parse(String(line));
    assert.ok(typeof ready === 'object' && ready !== null && 'port' in ready && 'fingerprint' in ready);
    assert.match(String(ready.fingerprint), /^SHA256:/);
    const reached = new SftpClient('test', { error() {}, end() {}, close() {} });
    await reached.connect({ host: '127.0.0.1', port: Number(ready.port), username: 'u', password: 'p' });
    child.stdin.end();
    assert.deepEqual(await exited, [0, null]);
  });
});
