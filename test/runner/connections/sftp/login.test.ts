import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fingerprintOf, generateKeyPair } from '../../../../demo/sftp_server/host_key.ts';
import type { Login, LoginMethod } from '../../../../demo/sftp_server/login.ts';
import { ConnectionError } from '../../../../runner/connections/connection_error.ts';
import { shownHostKeys } from '../../../../runner/connections/sftp/connect/fingerprint.ts';
import { configFor, connect, SERVERS, startDemoServer, type TestServer } from './suite.ts';

/** A server, what was tried at its login, and the secrets that are good there. */
async function serverFor(t: TestContext, login: Partial<Login> = {}) {
  const tries: string[] = [];
  const server = await startDemoServer({
    login: { ...login, onTry: (method, passed) => tries.push(`${method} ${passed ? 'passed' : 'refused'}`) },
  });
  t.after(() => server[Symbol.asyncDispose]());
  return { server, tries };
}

const secrets = {
  key: (server: TestServer) => ({
    query: `host_key=${server.fingerprint}&private_key_file=${server.privateKeyFile}`,
  }),
  password: (server: TestServer) => ({ query: `host_key=${server.fingerprint}`, password: 'CANARY-pass' }),
  both: (server: TestServer) => ({ ...secrets.key(server), password: 'CANARY-pass' }),
};

async function refusalOf(connecting: Promise<unknown>): Promise<ConnectionError> {
  const error = await connecting.then(
    () => assert.fail('connected'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof ConnectionError, String(error));
  return error;
}

const WAYS: readonly {
  readonly what: string;
  readonly methods: readonly (readonly LoginMethod[])[];
  readonly with: keyof typeof secrets;
  readonly tries: readonly string[];
}[] = [
  {
    what: 'a password asked for by a question',
    methods: [['keyboard-interactive']],
    with: 'password',
    tries: ['keyboard-interactive passed'],
  },
  {
    what: 'a key, and then the password',
    methods: [['publickey', 'password']],
    with: 'both',
    tries: ['publickey passed', 'password passed'],
  },
  {
    what: 'the password, and then a key',
    methods: [['password', 'publickey']],
    with: 'both',
    tries: ['password passed', 'publickey passed'],
  },
  {
    what: 'a key, and then a question',
    methods: [['publickey', 'keyboard-interactive']],
    with: 'both',
    tries: ['publickey passed', 'keyboard-interactive passed'],
  },
  {
    what: 'the password twice, by both its ways',
    methods: [['password', 'keyboard-interactive']],
    with: 'password',
    tries: ['password passed', 'keyboard-interactive passed'],
  },
  {
    what: 'a key where a password would do too, which is then not sent',
    methods: [['password'], ['publickey']],
    with: 'both',
    tries: ['publickey passed'],
  },
];

for (const way of WAYS) {
  test(`a server logs in by ${way.what}`, async (t) => {
    const { server, tries } = await serverFor(t, { methods: way.methods });
    {
      await using sftp = await connect(server, secrets[way.with](server));
      assert.deepEqual((await sftp.list('')).entries, []);
    }
    assert.deepEqual(tries, way.tries);
  });
}

test('a wrong password is sent once, though the server takes it by two ways, which the refusal names', async (t) => {
  const { server, tries } = await serverFor(t, { methods: [['password'], ['keyboard-interactive']] });
  const error = await refusalOf(connect(server, { ...secrets.password(server), password: 'CANARY-wrong' }));
  assert.equal(error.kind, 'auth');
  assert.equal(error.retryable, false);
  assert.match(error.message, /it takes password, keyboard-interactive; tried: password\)/);
  assert.deepEqual(tries, ['password refused']);
});

test('a server that takes no way that we have a secret for is distinguished from a wrong secret', async (t) => {
  const { server, tries } = await serverFor(t, { methods: [['publickey']] });
  const error = await refusalOf(connect(server, secrets.password(server)));
  assert.match(error.message, /it takes publickey; nothing that we have fits/);
  assert.deepEqual(tries, []);
});

test('a question that no secret answers is named', async (t) => {
  const { server } = await serverFor(t, {
    methods: [['keyboard-interactive']],
    questions: ['Password: ', 'Verification code: '],
  });
  const error = await refusalOf(connect(server, secrets.password(server)));
  assert.equal(error.kind, 'auth');
  assert.match(error.message, /it asked "Verification code:", which no secret of ours answers/);
  assert.doesNotMatch(error.message, /CANARY/);
});

test('a second session that a server refuses is distinguished from a wrong login, and can be tried again', async (t) => {
  const { server } = await serverFor(t, { maxSessions: 1 });
  {
    await using _first = await connect(server);
    const error = await refusalOf(connect(server));
    assert.equal(error.kind, 'refused_by_server');
    assert.equal(error.retryable, true);
    assert.match(
      error.message,
      /refused the login that it granted \d+ s ago. A limit on sessions looks like this/,
    );
  }
  await using again = await connect(server);
  assert.deepEqual((await again.list('')).entries, []);
});

test('a login that is refused again and again after it was granted is taken for wrong', async (t) => {
  const { server } = await serverFor(t, { maxSessions: 1 });
  await using _first = await connect(server);
  const kinds: string[] = [];
  for (let attempt = 1; attempt <= 4; attempt += 1) kinds.push((await refusalOf(connect(server))).kind);
  assert.deepEqual(kinds, ['refused_by_server', 'refused_by_server', 'refused_by_server', 'auth']);
});

for (const { what, file, says } of [
  { what: 'a public key', file: 'public', says: /is a public key; the private one lies beside it/ },
  { what: "a key of PuTTY's", file: 'putty', says: /convert it: puttygen KEY.ppk -O private-openssh -o KEY/ },
] as const) {
  test(`${what} given as the private key is invalid, with what to do`, async (t) => {
    const { server } = await serverFor(t);
    const keyFile = join(server.rootDir, file);
    const text =
      file === 'public'
        ? generateKeyPair().publicKey
        : 'PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\n';
    await writeFile(keyFile, text);
    const query = `host_key=${server.fingerprint}&private_key_file=${keyFile}`;
    const error = await refusalOf(connect(server, { port: 1, query }));
    assert.equal(error.kind, 'invalid');
    assert.match(error.message, says);
  });
}

for (const { name, skip, start } of SERVERS) {
  test(`${name} with keys of several types is known by any one of them that is pinned`, {
    skip,
  }, async (t) => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({
      type: 'pkcs1',
      format: 'pem',
    });
    const ecdsa = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
      type: 'sec1',
      format: 'pem',
    });
    const server = await start({ otherHostKeys: [`${rsa}`, `${ecdsa}`] });
    t.after(() => server[Symbol.asyncDispose]());
    const prints = {
      ed25519: server.fingerprint,
      rsa: fingerprintOf(`${rsa}`),
      ecdsa: fingerprintOf(`${ecdsa}`),
    };
    const absent = `SHA256:${'A'.repeat(43)}`;

    assert.deepEqual(await shownHostKeys(configFor(server)), [
      { type: 'ssh-ed25519', fingerprint: prints.ed25519 },
      { type: 'ecdsa-sha2-nistp256', fingerprint: prints.ecdsa },
      { type: 'ssh-rsa', fingerprint: prints.rsa },
    ]);
    for (const pins of [prints.ed25519, prints.rsa, prints.ecdsa, `${absent},${prints.rsa}`]) {
      await using sftp = await connect(server, {
        query: `host_key=${pins}&private_key_file=${server.privateKeyFile}`,
      });
      assert.deepEqual((await sftp.list('')).entries, []);
    }
    const error = await refusalOf(
      connect(server, { query: `host_key=${absent}&private_key_file=${server.privateKeyFile}` }),
    );
    assert.equal(error.kind, 'host_key');
    for (const print of Object.values(prints)) assert.ok(error.message.includes(print), print);
  });
}
