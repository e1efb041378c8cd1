import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:https';
import { type TestContext, test } from 'node:test';
import { inspect } from 'node:util';
import { sendMessage } from '../../../../runner/connections/channel/channel.ts';
import { channelFromEnv } from '../../../../runner/connections/channel/config.ts';
import { ChannelError } from '../../../../runner/connections/channel/error.ts';
import type { Sent } from '../../../../runner/connections/channel/sending.ts';
import { withinTime } from '../../../../runner/connections/channel/time_limit.ts';
import type { AlertMessage } from '../../../../runner/core/alert/message/message.ts';
import { selfSigned } from '../../../support/alerts/mail_server.ts';
import { messageOf, toldAlert } from '../../../support/alerts/messages.ts';
import { type HttpReceiver, startHttpReceiver } from '../../../support/http_receiver.ts';

const CANARY = 'canary-T0K3N-of-the-hook';
const NOW = Temporal.Instant.from('2026-03-10T06:02:30Z');

function send(
  url: string,
  options: {
    readonly message?: AlertMessage;
    readonly thread?: string;
    readonly signal?: AbortSignal;
  } = {},
): Promise<Sent> {
  const config = channelFromEnv('ops', { STOCKFLOW_CONN_OPS: url });
  return sendMessage(config, options.message ?? messageOf(toldAlert()), {
    dedupKey: 'failed/nightly/2026-03-10T06:00:00Z/0',
    thread: options.thread ?? null,
    now: NOW,
    signal: options.signal ?? new AbortController().signal,
  });
}

/** @returns the error, in which nothing of the address is shown */
async function refused(sending: Promise<Sent>): Promise<ChannelError> {
  const error = await sending.then(
    () => assert.fail('it was sent'),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof ChannelError, String(error));
  assert.doesNotMatch(`${error.message} ${error.stack} ${error.cause}`, /canary/);
  return error;
}

function bodyOf(hook: HttpReceiver, index = -1) {
  return JSON.parse(hook.received.at(index)?.body ?? assert.fail('nothing was received'));
}

async function hookOf(t: TestContext): Promise<{ readonly hook: HttpReceiver; readonly url: string }> {
  const hook = await startHttpReceiver(t);
  return { hook, url: `${hook.url}/${CANARY}` };
}

test('a webhook is signed over its timestamp and body, and names the message by one key', async (t) => {
  const { hook, url } = await hookOf(t);
  const { answer } = await send(`${url}?team=7&secret=canary-signing-key`);
  const [got] = hook.received;
  assert.equal(answer, '200 ok');
  assert.equal(got?.path, `/${CANARY}?team=7`);
  assert.equal(got.headers['idempotency-key'], 'failed/nightly/2026-03-10T06:00:00Z/0');
  assert.equal(got.headers['x-stockflow-timestamp'], '1773122550');
  const hmac = createHmac('sha256', 'canary-signing-key').update(`1773122550.${got.body}`).digest('hex');
  assert.equal(got.headers['x-stockflow-signature'], `sha256=${hmac}`);
  const body = bodyOf(hook);
  assert.equal(body.kind, 'failed');
  assert.equal(body.title, 'nightly failed, 2026-03-10');
  assert.equal(body.link, 'https://flow.example/runs/12');
  assert.equal(body.alerts[0].dag_id, 'nightly');
});

test('a webhook without a secret has no signature', async (t) => {
  const { hook, url } = await hookOf(t);
  await send(url);
  assert.equal(hook.received[0]?.headers['x-stockflow-signature'], undefined);
});

for (const [status, headers, isRetryable, retryAfterMs] of [
  [500, {}, true, null],
  [503, { 'retry-after': '120' }, true, 120_000],
  [429, { 'retry-after': 'Tue, 10 Mar 2026 06:07:30 GMT' }, true, 300_000],
  [429, { 'retry-after': 'soon' }, true, null],
  [400, {}, true, 3_600_000],
  [413, {}, false, 3_600_000],
  [401, {}, true, 3_600_000],
  [404, {}, true, 3_600_000],
] as const) {
  test(`an answer of ${status} ${JSON.stringify(headers)} is ${isRetryable ? '' : 'not '}tried again, after ${retryAfterMs} ms`, async (t) => {
    const { hook, url } = await hookOf(t);
    hook.answer((response, { path }) => response.writeHead(status, headers).end(`no: ${path}`));
    const error = await refused(send(url));
    assert.match(error.message, new RegExp(`http://127\\.0\\.0\\.1:\\d+ answered ${status}: no: `));
    assert.equal(error.isRetryable, isRetryable);
    assert.equal(error.retryAfterMs, retryAfterMs);
  });
}

test('a redirect to another host is refused, and nothing is sent there', async (t) => {
  const { hook, url } = await hookOf(t);
  const other = await startHttpReceiver(t);
  hook.answer((response, { path }) => response.writeHead(307, { location: `${other.url}${path}` }).end());
  const error = await refused(send(url));
  assert.match(error.message, /redirects to another host, 127\.0\.0\.1:\d+, which is not followed/);
  assert.equal(other.received.length, 0);
});

test('a redirect of the same host that keeps the message is followed, one that drops it is refused', async (t) => {
  const { hook, url } = await hookOf(t);
  hook.answer((response, { path }) => {
    if (path === '/there') response.end('arrived');
    else response.writeHead(308, { location: '/there' }).end();
  });
  assert.equal((await send(url)).answer, '200 arrived');
  hook.answer((response) => response.writeHead(302, { location: '/there' }).end());
  assert.match((await refused(send(url))).message, /answered 302, a redirect that drops the message/);
  hook.answer((response) => response.writeHead(307, { location: '/there' }).end());
  assert.match((await refused(send(url))).message, /redirects again and again/);
});

test('a receiver that hangs, or answers without end, holds nobody beyond the signal', async (t) => {
  const { hook, url } = await hookOf(t);
  hook.answer(() => undefined);
  assert.match((await refused(send(url, { signal: AbortSignal.timeout(100) }))).message, /timeout/);
  hook.answer((response) => response.writeHead(200).write('slow'));
  assert.match((await refused(send(url, { signal: AbortSignal.timeout(100) }))).message, /timeout/);
  const hanging = withinTime(new AbortController().signal, () => new Promise(() => undefined), 20);
  await assert.rejects(hanging, /no answer within 0\.02 s/);
});

test('a receiver that is down is tried again', async () => {
  const error = await refused(send(`http://127.0.0.1:1/${CANARY}`));
  assert.match(error.message, /ECONNREFUSED/);
  assert.equal(error.isRetryable, true);
});

test('an https receiver whose certificate nobody vouches for gets nothing', async (t) => {
  const { key, cert } = await selfSigned();
  let requests = 0;
  const server = createServer({ key, cert }, (_request, response) => {
    requests += 1;
    response.end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const address = server.address();
  if (address === null || typeof address === 'string') assert.fail();
  assert.match(
    (await refused(send(`https://localhost:${address.port}/${CANARY}`))).message,
    /^https:\/\/localhost:\d+: self-signed certificate/,
  );
  assert.equal(requests, 0);
});

test('no secret of a channel is printed with its configuration', () => {
  for (const url of [
    'smtp://u:canary-password@h?from=a@b.example&to=c@d.example',
    'slack+https://:canary-token@h/canary-path?channel=C1',
    'teams+https://h/canary-path?sig=canary-signature',
    'pagerduty://canary-routing-key',
    'https://u:canary-password@h/canary-path?secret=canary-secret&token=canary-token',
  ]) {
    const config = channelFromEnv('ops', { STOCKFLOW_CONN_OPS: url });
    assert.doesNotMatch(inspect(config, { depth: 9, showHidden: true }) + JSON.stringify(config), /canary/);
  }
});

test('Slack gets blocks in which nothing of an error is a link or a mention', async (t) => {
  const config = channelFromEnv('ops', {
    STOCKFLOW_CONN_OPS: `slack+https://hooks.slack.example/services/${CANARY}`,
  });
  assert.equal(config.display, 'https://hooks.slack.example');
  const { hook } = await hookOf(t);
  const message = messageOf(toldAlert({ sentence: 'failed: <!channel> & `x`' }));
  await sendSlackTo(hook, message);
  const { text, blocks } = bodyOf(hook);
  assert.equal(text, 'nightly failed, 2026-03-10: failed: &lt;!channel&gt; &amp; `x`');
  assert.match(blocks[0].text.text, /^:red_circle: \*nightly failed, 2026-03-10\*\nfailed: &lt;!channel&gt;/);
  assert.match(blocks[0].text.text, /<https:\/\/flow\.example\/runs\/12\|Open the page>$/);
});

/** Slack's own scheme is https alone, which a plain receiver does not speak. */
function sendSlackTo(hook: HttpReceiver, message: AlertMessage, bot?: string, thread: string | null = null) {
  const config = channelFromEnv('ops', {
    STOCKFLOW_CONN_OPS: bot === undefined ? 'slack+https://h/x' : `slack+https://:${bot}@h/x?channel=C1`,
  });
  if (config.kind !== 'slack') assert.fail();
  const url = Object.assign(Object.create(config.url), { reveal: () => hook.url });
  return sendMessage({ ...config, url }, message, {
    dedupKey: 'k',
    thread,
    now: NOW,
    signal: new AbortController().signal,
  });
}

test('a bot of Slack keeps a thread, and its refusal comes with a status of 200', async (t) => {
  const { hook } = await hookOf(t);
  hook.answer((response) => response.end('{"ok":true,"ts":"1773122550.01"}'));
  const message = messageOf(toldAlert());
  assert.equal((await sendSlackTo(hook, message, 'canary-token')).thread, '1773122550.01');
  assert.equal(hook.received[0]?.headers.authorization, 'Bearer canary-token');
  assert.equal(bodyOf(hook).thread_ts, undefined);
  assert.equal((await sendSlackTo(hook, message, 'canary-token', '1.2')).thread, '1.2');
  assert.equal(bodyOf(hook).thread_ts, '1.2');
  hook.answer((response) => response.end('{"ok":false,"error":"channel_not_found canary-token"}'));
  const error = await refused(sendSlackTo(hook, message, 'canary-token'));
  assert.match(error.message, /refused: channel_not_found \[secret\]/);
  assert.equal(error.retryAfterMs, 3_600_000);
});

test('PagerDuty triggers an incident by the key of the trouble, and resolves it by the same', async (t) => {
  const { hook } = await hookOf(t);
  const url = `pagerduty://canary-routing-key?events_url=${encodeURIComponent(hook.url)}`;
  const { thread } = await send(url);
  assert.equal(thread, 'nightly/2026-03-10T06:00:00Z');
  const trigger = bodyOf(hook);
  assert.equal(trigger.routing_key, 'canary-routing-key');
  assert.equal(trigger.event_action, 'trigger');
  assert.equal(trigger.dedup_key, 'nightly/2026-03-10T06:00:00Z');
  assert.equal(trigger.payload.severity, 'critical');
  await send(url, { message: messageOf(toldAlert({ kind: 'recovered' })), thread: 'the group' });
  assert.equal(bodyOf(hook).event_action, 'resolve');
  assert.equal(bodyOf(hook).dedup_key, 'the group');
});

test('a warning is a change event to PagerDuty, as nothing would ever close its incident', async (t) => {
  const { hook } = await hookOf(t);
  const events = encodeURIComponent(`${hook.url}/v2/enqueue`);
  const message = messageOf(toldAlert({ kind: 'warning', sentence: 'load warns: 3 rows were held out' }));
  const { thread } = await send(`pagerduty://canary-routing-key?events_url=${events}`, { message });
  assert.equal(thread, null);
  assert.equal(hook.received.at(-1)?.path, '/v2/change/enqueue');
  const { routing_key: routingKey, payload, links, ...rest } = bodyOf(hook);
  assert.equal(routingKey, 'canary-routing-key');
  assert.match(payload.summary, /^nightly has a warning, 2026-03-10: load warns: 3 rows were held out$/);
  assert.equal(payload.source, 'nightly');
  assert.deepEqual(links, [{ href: 'https://flow.example/runs/12', text: 'Open the page' }]);
  assert.deepEqual(rest, {}, 'no action and no key: it opens nothing');
});

test('Teams gets an Adaptive Card whose texts are no Markdown', async (t) => {
  const config = channelFromEnv('ops', {
    STOCKFLOW_CONN_OPS: `teams+https://flow.example/${CANARY}?api-version=1&sig=${CANARY}%2Bx&repeat=1h`,
  });
  if (config.kind !== 'teams') assert.fail();
  assert.equal(config.url.reveal(), `https://flow.example/${CANARY}?api-version=1&sig=${CANARY}%2Bx`);
  assert.equal(config.repeatMs, 3_600_000);
  const { hook } = await hookOf(t);
  const url = Object.assign(Object.create(config.url), { reveal: () => hook.url });
  await sendMessage({ ...config, url }, messageOf(toldAlert({ sentence: 'task a_b_c: [x](y)' })), {
    dedupKey: 'k',
    thread: null,
    now: NOW,
    signal: new AbortController().signal,
  });
  const { attachments } = bodyOf(hook);
  assert.equal(attachments[0].contentType, 'application/vnd.microsoft.card.adaptive');
  assert.equal(attachments[0].content.body[1].text, 'task a\\_b\\_c: \\[x\\](y)');
  assert.equal(attachments[0].content.actions[0].url, 'https://flow.example/runs/12');
});
