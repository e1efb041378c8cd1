import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { sendMessage } from '../../../../runner/connections/channel/channel.ts';
import { channelFromEnv } from '../../../../runner/connections/channel/config.ts';
import { ChannelError } from '../../../../runner/connections/channel/error.ts';
import { verifySmtp } from '../../../../runner/connections/channel/kind/smtp.ts';
import { MAIL_PASSWORD, type MailServer, mailServer } from '../../../support/alerts/mail_server.ts';
import { messageOf, toldAlert } from '../../../support/alerts/messages.ts';

const { signal } = new AbortController();
const NOW = Temporal.Instant.from('2026-03-10T06:02:30Z');

function configOf(server: MailServer, { password = MAIL_PASSWORD, ca = server.caFile } = {}) {
  const user = `night:${encodeURIComponent(password)}`;
  const query = `from=night@flow.example&to=ops@flow.example,boss@flow.example${ca === '' ? '' : `&ca_file=${ca}`}`;
  const config = channelFromEnv('mail', {
    STOCKFLOW_CONN_MAIL: `smtp://${user}@127.0.0.1:${server.port}?${query}`,
  });
  return config.kind === 'smtp' ? config : assert.fail();
}

const send = (config: ReturnType<typeof configOf>, thread: string | null = null) =>
  sendMessage(config, messageOf(toldAlert()), { dedupKey: 'failed/nightly/1/0', thread, now: NOW, signal });

async function refused(sending: Promise<unknown>): Promise<ChannelError> {
  const error = await sending.then(
    () => assert.fail('it was sent'),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof ChannelError, String(error));
  assert.doesNotMatch(`${error.message} ${error.stack}`, /canary|Y2FuYXJ5/);
  return error;
}

test('a mail is sent by STARTTLS with a log-in, as text and HTML, and is answered in its thread', async (t) => {
  const server = await mailServer(t);
  const config = configOf(server);
  const { thread, answer } = await send(config);
  assert.match(answer, /250/);
  const [mail = ''] = server.mails;
  assert.match(mail, /^Subject: nightly failed, 2026-03-10\r$/m);
  assert.match(mail, /^To: ops@flow\.example, boss@flow\.example\r$/m);
  assert.match(mail, /^Auto-Submitted: auto-generated\r$/m);
  assert.match(mail, /^Content-Type: text\/plain/m);
  assert.match(mail, /^Content-Type: text\/html/m);
  assert.ok(mail.includes(`Message-ID: ${thread}`));
  assert.equal((await send(config)).thread, thread, 'a repeated try has the same Message-ID');
  await send(config, '<first@stockflow>');
  assert.match(server.mails[2] ?? '', /^In-Reply-To: <first@stockflow>\r$/m);
});

test('a server is checked by a log-in, without a mail', async (t) => {
  const server = await mailServer(t);
  await verifySmtp(configOf(server), signal);
  assert.deepEqual(server.mails, []);
});

test('a refused log-in waits for a person, and no server quotes the password into the error', async (t) => {
  const server = await mailServer(t);
  const error = await refused(send(configOf(server, { password: 'canary-wrong' })));
  assert.match(error.message, /smtp:\/\/night@127\.0\.0\.1:\d+: .*\[secret\]/);
  assert.equal(error.retryAfterMs, 3_600_000);
});

test('a certificate of an unknown authority, or none, is refused before the log-in', async (t) => {
  const server = await mailServer(t);
  assert.match((await refused(send(configOf(server, { ca: '' })))).message, /self-signed certificate/);
  const plain = await mailServer(t, { hideSTARTTLS: true, disabledCommands: ['STARTTLS'] });
  await refused(send(configOf(plain)));
  assert.deepEqual([...server.mails, ...plain.mails], []);
});

test('a mail that is too large is not tried again, one that a server refuses now or for its address is', async (t: TestContext) => {
  for (const [responseCode, isRetryable] of [
    [552, false],
    [550, true],
    [451, true],
  ] as const) {
    const server = await mailServer(t, {
      onRcptTo: (_address, _session, done) => done(Object.assign(new Error('not now'), { responseCode })),
    });
    assert.equal((await refused(send(configOf(server)))).isRetryable, isRetryable);
  }
});

test('a server that says nothing is left when the signal aborts', async (t) => {
  const server = await mailServer(t, { onConnect: () => undefined });
  const limit = AbortSignal.timeout(100);
  const sending = sendMessage(configOf(server), messageOf(toldAlert()), {
    dedupKey: 'k',
    thread: null,
    now: NOW,
    signal: limit,
  });
  assert.match((await refused(sending)).message, /timeout/);
});
