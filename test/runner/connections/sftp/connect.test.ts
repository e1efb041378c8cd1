import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import net from 'node:net';
import { join } from 'node:path';
import { after, before, describe, type TestContext, test } from 'node:test';
import { inspect } from 'node:util';
import { generateKeyPair } from '../../../../demo/sftp_server/host_key.ts';
import { ConnectionError } from '../../../../runner/connections/connection_error.ts';
import { errorFacts } from '../../../../runner/core/value/error_text.ts';
import { startProxy } from '../../../support/tcp_proxy.ts';
import { connect, type LogLine, pattern, SERVERS, startDemoServer, type TestServer } from './suite.ts';

const OTHER_PIN = `SHA256:${'A'.repeat(43)}`;

async function failureOf(connecting: Promise<unknown>): Promise<ConnectionError> {
  const error = await connecting.then(
    () => assert.fail('connected'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof ConnectionError, String(error));
  return error;
}

/** Speaks TCP and nothing else. */
async function silentServer(t: TestContext): Promise<number> {
  const sockets = new Set<net.Socket>();
  const listener = net.createServer((socket) => sockets.add(socket)).listen(0, '127.0.0.1');
  await once(listener, 'listening');
  t.after(() => {
    listener.close();
    for (const socket of sockets) socket.destroy();
  });
  const address = listener.address();
  return address !== null && typeof address !== 'string' ? address.port : assert.fail();
}

for (const { name, skip, start } of SERVERS) {
  describe(`connecting to ${name}`, { skip }, () => {
    let server: TestServer;
    before(async () => {
      server = await start();
    });
    after(() => server[Symbol.asyncDispose]());

    test('without a pinned key is refused, with the fingerprint shown and the parameter to add', async () => {
      const error = await failureOf(connect(server, { query: `private_key_file=${server.privateKeyFile}` }));
      assert.equal(error.kind, 'host_key');
      assert.equal(error.retryable, false);
      assert.ok(error.message.includes(`add host_key=${server.fingerprint} to STOCKFLOW_CONN_RETAILPRO`));
    });

    test('with another key pinned stops hard, with both fingerprints', async () => {
      const query = `host_key=${OTHER_PIN}&private_key_file=${server.privateKeyFile}`;
      const error = await failureOf(connect(server, { query }));
      assert.equal(error.kind, 'host_key');
      assert.equal(error.retryable, false);
      assert.ok(error.message.includes(`pinned ${OTHER_PIN}`));
      assert.ok(error.message.includes(`shown ${server.fingerprint} (ssh-ed25519)`));
    });

    test('with a key that is not known there is refused, and not to be tried again', async () => {
      const keyFile = join(server.rootDir, 'stranger_key');
      await writeFile(keyFile, generateKeyPair().privateKey, { mode: 0o600 });
      const query = `host_key=${server.fingerprint}&private_key_file=${keyFile}`;
      const error = await failureOf(connect(server, { query }));
      assert.equal(error.kind, 'auth');
      assert.equal(error.retryable, false);
      assert.ok(error.cause instanceof Error);
    });

    test('prints nothing, whether it ends well, by force or by a cut', async (t) => {
      const printed = (['log', 'error', 'warn', 'info'] as const).map((name) => t.mock.method(console, name));
      await using proxy = await startProxy({ target: { port: server.port } });
      {
        await using _sftp = await connect(server);
      }
      await using cut = await connect(server, { port: proxy.port });
      const listing = cut.list('');
      proxy.cut();
      await assert.rejects(listing, { kind: 'lost' });
      await failureOf(
        connect(server, { query: `host_key=${OTHER_PIN}&private_key_file=${server.privateKeyFile}` }),
      );
      for (const method of printed) assert.equal(method.mock.callCount(), 0);
    });

    for (const [what, use] of [
      ['listing', (sftp) => sftp.list('')],
      ['publishing', (sftp) => sftp.publish('stalled', pattern(300_000), { runId: 'r', token: 't' })],
    ] satisfies [string, (sftp: Awaited<ReturnType<typeof connect>>) => Promise<unknown>][]) {
      test(`a peer that stalls while ${what} is given up by the watchdog`, async () => {
        await using proxy = await startProxy({ target: { port: server.port } });
        await using sftp = await connect(server, { port: proxy.port, idleTimeoutMs: 200 });
        proxy.stall();
        const error = await failureOf(use(sftp));
        assert.equal(error.kind, 'stalled');
        assert.equal(error.retryable, true);
        assert.match(error.message, /no answer for 0\.2 s/);
      });
    }

    test('a peer that stalls in the middle of a file is given up by the watchdog', async () => {
      await writeFile(join(server.rootDir, 'stalling'), pattern(20_000_000));
      await using proxy = await startProxy({ target: { port: server.port } });
      await using sftp = await connect(server, { port: proxy.port, idleTimeoutMs: 200 });
      const reading = (async () => {
        for await (const _chunk of (await sftp.open('stalling')).chunks()) proxy.stall();
      })();
      assert.equal((await failureOf(reading)).kind, 'stalled');
    });

    test('a consumer slower than the watchdog is no stall', async () => {
      await writeFile(join(server.rootDir, 'slow'), pattern(600_000));
      // Long enough that a server on a crowded machine is not taken for a stalled one.
      await using sftp = await connect(server, { idleTimeoutMs: 1_000 });
      let bytes = 0;
      for await (const chunk of (await sftp.open('slow')).chunks()) {
        bytes += chunk.length;
        await elapsed(1_200);
      }
      assert.equal(bytes, 600_000);
    });

    test('an abort ends a wait on a stalled peer at once, with its own reason', async () => {
      const why = new Error('cancelled');
      const controller = new AbortController();
      await using proxy = await startProxy({ target: { port: server.port } });
      await using sftp = await connect(server, { port: proxy.port, signal: controller.signal });
      proxy.stall();
      const listing = sftp.list('');
      controller.abort(why);
      await assert.rejects(listing, why);
    });

    test('an aborted signal does not even connect', async () => {
      const why = new Error('too late');
      await assert.rejects(connect(server, { signal: AbortSignal.abort(why) }), why);
    });
  });
}

/** Until the clock says that much has passed: the subject of the test is time itself. */
function elapsed(ms: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  setTimeout(resolve, ms);
  return promise;
}

describe('connecting', () => {
  let server: TestServer;
  before(async () => {
    server = await startDemoServer();
  });
  after(() => server[Symbol.asyncDispose]());

  test('a password logs in, and no secret stands in any error or log', async () => {
    const query = `host_key=${server.fingerprint}`;
    const lines: LogLine[] = [];
    {
      await using sftp = await connect(server, {
        query,
        password: 'CANARY-pass',
        onLog: (line) => lines.push(line),
      });
      assert.deepEqual((await sftp.list('')).entries, []);
      const failed = await failureOf(sftp.open('absent'));
      assert.doesNotMatch(inspect(failed, { depth: 9, showHidden: true }), /CANARY/);
    }
    const refused = await failureOf(connect(server, { query, password: 'CANARY-wrong' }));
    assert.equal(refused.kind, 'auth');
    assert.doesNotMatch(inspect(refused, { depth: 9, showHidden: true }), /CANARY/);
    assert.doesNotMatch(inspect(lines), /CANARY/);
  });

  test('a password file is read at use, without its final newline', async () => {
    const file = join(server.rootDir, 'password');
    const query = `host_key=${server.fingerprint}&password_file=${file}`;
    const missing = await failureOf(connect(server, { query }));
    assert.equal(missing.kind, 'missing');
    assert.equal(
      errorFacts(missing).errorText,
      'STOCKFLOW_CONN_RETAILPRO: the file of password_file cannot be read (ENOENT)',
    );
    await writeFile(file, 'CANARY-pass\n');
    await using sftp = await connect(server, { query });
    assert.equal((await sftp.stat('password'))?.bytes, 12);
  });

  test('a key file that holds no key is refused before anything is sent, without its path', async () => {
    const file = join(server.rootDir, 'no_key');
    await writeFile(file, 'CANARY-not-a-key');
    const query = `host_key=${server.fingerprint}&private_key_file=${file}`;
    const error = await failureOf(connect(server, { port: 1, query }));
    assert.equal(error.kind, 'invalid');
    assert.match(error.message, /^STOCKFLOW_CONN_RETAILPRO: the file of private_key_file cannot be used/);
    assert.doesNotMatch(errorFacts(error).errorText, /no_key/);
    assert.doesNotMatch(inspect(error, { depth: 9, showHidden: true }), /CANARY/);
  });

  test('a URL without a way to log in is refused before anything is sent', async () => {
    const error = await failureOf(connect(server, { port: 1, query: `host_key=${server.fingerprint}` }));
    assert.equal(error.kind, 'missing');
    assert.match(error.message, /private_key_file.*password_file/);
  });

  test('a port where nothing listens can be tried again', async () => {
    const listener = net.createServer().listen(0, '127.0.0.1');
    await once(listener, 'listening');
    const address = listener.address();
    assert.ok(address !== null && typeof address !== 'string');
    listener.close();
    await once(listener, 'close');
    const error = await failureOf(connect(server, { port: address.port }));
    assert.equal(error.kind, 'unreachable');
    assert.equal(error.retryable, true);
    assert.ok(error.cause instanceof Error && 'code' in error.cause);
    assert.equal(error.cause.code, 'ECONNREFUSED');
    assert.ok(error.message.includes(`:${address.port}`));
  });

  test('a server that accepts and says nothing is given up', async (t) => {
    const error = await failureOf(connect(server, { port: await silentServer(t), connectTimeoutMs: 200 }));
    assert.equal(error.kind, 'unreachable');
    assert.equal(error.retryable, true);
  });

  test('an abort ends the wait for a silent server, with its own reason', async (t) => {
    const why = new Error('cancelled');
    const controller = new AbortController();
    const connecting = connect(server, { port: await silentServer(t), signal: controller.signal });
    controller.abort(why);
    await assert.rejects(connecting, why);
  });

  test('a server that is cut in the middle of the handshake can be tried again', async () => {
    await using proxy = await startProxy({ target: { port: server.port } });
    proxy.cutAfterBytes({ direction: 'to_client', count: 300 });
    const error = await failureOf(connect(server, { port: proxy.port }));
    assert.equal(error.kind, 'unreachable');
    assert.equal(error.retryable, true);
  });

  test('after the end of a connection every call is refused', async () => {
    const sftp = await connect(server);
    await sftp[Symbol.asyncDispose]();
    await sftp[Symbol.asyncDispose]();
    await assert.rejects(sftp.list(''), { kind: 'lost', message: /we have closed/ });
  });
});
