import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { connectionFromEnv, redact } from '../../../runner/connections/connection_config.ts';
import { ConnectionError } from '../../../runner/connections/connection_error.ts';

const PIN = 'SHA256:ab+/EFGHIJKLMNOPQRSTUVWXYZ0123456789abcdefg';

function sftp(url: string) {
  const config = connectionFromEnv('retailpro', { STOCKFLOW_CONN_RETAILPRO: url });
  assert.equal(config.kind, 'sftp');
  return config.kind === 'sftp' ? config : assert.fail();
}

function refusal(url: string | undefined): ConnectionError {
  try {
    connectionFromEnv('retailpro', { STOCKFLOW_CONN_RETAILPRO: url });
  } catch (error) {
    assert.ok(error instanceof ConnectionError);
    assert.match(error.message, /STOCKFLOW_CONN_RETAILPRO/);
    assert.equal(error.retryable, false);
    return error;
  }
  assert.fail('accepted');
}

test('an sftp URL gives host, port, user, base directory, pin and key file', () => {
  const config = sftp(
    `sftp://nightly@files.example:2222/data/in/?host_key=${PIN}&private_key_file=/keys/a+b`,
  );
  assert.equal(config.host, 'files.example');
  assert.equal(config.port, 2222);
  assert.equal(config.user, 'nightly');
  assert.equal(config.baseDir, '/data/in');
  assert.deepEqual(config.hostKeys, [PIN]);
  assert.equal(config.privateKeyFile, '/keys/a+b');
  assert.equal(config.password, null);
  assert.equal(config.display, 'sftp://nightly@files.example:2222/data/in');
});

test('the port defaults to 22, and a URL without a pin has none', () => {
  const config = sftp('sftp://u@h');
  assert.equal(config.port, 22);
  assert.equal(config.baseDir, '');
  assert.deepEqual(config.hostKeys, []);
});

test('a fingerprint keeps its plus signs, and loses base64 padding', () => {
  assert.deepEqual(sftp(`sftp://u@h/?host_key=${PIN}=`).hostKeys, [PIN]);
  assert.deepEqual(sftp(`sftp://u@h/?host_key=${encodeURIComponent(PIN)}`).hostKeys, [PIN]);
});

test('several pins are given with commas between them, or one after the other', () => {
  const other = `SHA256:${'b'.repeat(43)}`;
  assert.deepEqual(sftp(`sftp://u@h/?host_key=${PIN},${other}`).hostKeys, [PIN, other]);
  assert.deepEqual(sftp(`sftp://u@h/?host_key=${PIN}&host_key=${other}`).hostKeys, [PIN, other]);
});

test('a password with a / or an @ in it that is not encoded is refused, and nothing of it is shown', () => {
  const error = refusal('sftp://u:p@ss/w0rd@h/');
  assert.equal(error.kind, 'invalid');
  assert.match(error.message, /%2F and %40/);
  assert.doesNotMatch(inspect(error, { depth: 9 }), /ss\/|w0rd/);
});

test('a password is decoded, and shown only when revealed', () => {
  const config = sftp('sftp://u:p%40ss%2Fword@h/');
  assert.equal(config.password?.reveal(), 'p@ss/word');
  for (const shown of [inspect(config, { depth: 9 }), JSON.stringify(config), `${config.password}`]) {
    assert.doesNotMatch(shown, /p@ss|p%40ss/);
  }
});

test('a postgres URL keeps its text for the driver and a display without the secret', () => {
  const url = 'postgres://oms:s3cret@db.example:5433/oms?sslmode=verify-full';
  const config = connectionFromEnv('oms', { STOCKFLOW_CONN_OMS: url });
  assert.ok(config.kind === 'postgres');
  assert.equal(config.url.reveal(), url);
  assert.equal(config.display, 'postgres://oms@db.example:5433/oms');
  assert.doesNotMatch(inspect(config, { depth: 9, showHidden: true }), /s3cret/);
});

test('redact hides a secret as written and as percent-encoded', () => {
  const config = sftp('sftp://u:a%2Fb%20c@h/');
  assert.equal(redact('x a/b c y a%2Fb%20c z', config), 'x [secret] y [secret] z');
});

test('a missing or blank variable is named', () => {
  assert.equal(refusal(undefined).kind, 'missing');
  assert.equal(refusal('  ').kind, 'missing');
});

test('an unknown parameter is refused with those that are accepted', () => {
  const error = refusal('sftp://u@h/?hostkey=x');
  assert.equal(error.kind, 'invalid');
  assert.match(error.message, /"hostkey".*host_key, passphrase_file, password_file, private_key_file/);
});

test('no refusal quotes a secret, in its text, its cause or its properties', () => {
  for (const url of [
    'sftp://u:CANARY@h:99999/',
    'sftp://u:CANARY@/x',
    'sftp://u:CANARY@h/#x',
    'sftp://u:CANARY@h/?nope=1',
    'sftp://u:%CANARY@h/',
    'ftp://u:CANARY@h/',
    'CANARY',
    'sftp://u:x@h/?password_file=/f&CANARY=1',
    'postgres://u:CANARY@h/db?sslmode=maybe',
  ]) {
    assert.doesNotMatch(inspect(refusal(url), { depth: 9, showHidden: true }).split('\n')[0] ?? '', /CANARY/);
    const error = refusal(url);
    assert.equal(error.cause, undefined);
  }
});

for (const [why, url, says] of [
  ['a pin that is no SHA-256 fingerprint', 'sftp://u@h/?host_key=MD5:aa', /host_key/],
  ['an sftp URL without a user', 'sftp://h/', /no user/],
  ['a password beside a password file', 'sftp://u:x@h/?password_file=/f', /both/],
  ['a passphrase without a key', 'sftp://u@h/?passphrase_file=/f', /private_key_file/],
  ['a parameter given twice', 'sftp://u@h/?password_file=/f&password_file=/g', /twice/],
  ['an empty parameter', 'sftp://u@h/?password_file=', /empty/],
  ['another scheme', 'ftp://h/', /is not a postgres:\/\/, sftp:\/\/ or https:\/\/ URL/],
  ['a channel for alerts', 'slack+https://h/', /channel for alerts .slack\+https:.*postgres:\/\/, sftp/],
  ['a secret that would go unencrypted', 'http://u:x@api.example.com/', /without encryption; write https/],
  ['several log-ins', 'https://u:x@h/?bearer=t', /several log-ins/],
  ['a secret in two places', 'https://h/?bearer=t&bearer_file=/f', /both in the URL and in a file/],
  ['an API key without its header', 'https://h/?api_key=t', /needs api_key_header/],
  ['a user without a password', 'https://u@h/', /need each other/],
  ['a parameter of a webhook', 'https://h/?secret=x', /unknown parameter "secret"; accepted: api_key/],
  ['an unknown sslmode', 'postgres://h/db?sslmode=maybe', /verify-full/],
] as const) {
  test(`${why} is refused`, () => {
    const error = refusal(url);
    assert.equal(error.kind, 'invalid');
    assert.match(error.message, says);
  });
}

test('an id that is no identifier is refused', () => {
  assert.throws(() => connectionFromEnv('a-b', {}), { kind: 'invalid' });
});
