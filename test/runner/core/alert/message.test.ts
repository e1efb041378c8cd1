import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alertCommands } from '../../../../runner/commands/alerts/words.ts';
import { channelFromEnv } from '../../../../runner/connections/channel/config.ts';
import type { AlertKind } from '../../../../runner/core/alert/kind.ts';
import { firstGroup } from '../../../../runner/core/alert/message/group.ts';
import { messageHtml } from '../../../../runner/core/alert/message/html.ts';
import { alertMessage, type ToldAlert } from '../../../../runner/core/alert/message/message.ts';
import { messageText } from '../../../../runner/core/alert/message/text.ts';
import { toldAlert } from '../../../support/alerts/messages.ts';

const CONTEXT = { commandWords: alertCommands, webUrl: 'https://flow.example', stillOpen: 0, repeatCount: 0 };

const messageOf = (alert: ToldAlert) => alertMessage([alert], CONTEXT);

test('the text says what happened, the figure and its bound, what is changed, the command and the link', () => {
  const remedy = {
    clear: { label: 'load it again', scope: 'task', params: { force: 'true', reason: null } },
  } as const;
  assert.equal(
    messageText(messageOf(toldAlert({}, { remedy }))),
    `run 12 of nightly (2026-03-10) failed: load: no column <id> & more

rows: 40 (bound: at least 1,000)
1 of 3 tasks done; it published no file

to see it in full: stockflow runs show 12
to load it again: stockflow tasks clear 12 --task load --param force=true --param reason="why"

https://flow.example/runs/12
`,
  );
});

test('each kind has its title and its commands', () => {
  const shown = ([kind, runId]: readonly [AlertKind, number | null]) => {
    const { title, commands, link } = messageOf(toldAlert({ kind, runId }));
    return [title, commands[0] ?? '', link];
  };
  const kinds = [
    ['failed', 12],
    ['deadline_missed', 12],
    ['not_started', null],
    ['slow', 12],
    ['recovered', 12],
    ['warning', 12],
  ] as const;
  assert.deepEqual(kinds.map(shown), [
    [
      'nightly failed, 2026-03-10',
      'to see it in full: stockflow runs show 12',
      'https://flow.example/runs/12',
    ],
    [
      'nightly missed its deadline, 2026-03-10',
      'to see what it waits for: stockflow runs explain 12',
      'https://flow.example/runs/12',
    ],
    [
      'nightly did not start, 2026-03-10',
      'to see what is due: stockflow status',
      'https://flow.example/dags/nightly',
    ],
    [
      'nightly is slow, 2026-03-10',
      'to see what it waits for: stockflow runs explain 12',
      'https://flow.example/runs/12',
    ],
    ['nightly recovered, 2026-03-10', '', 'https://flow.example/runs/12'],
    [
      'nightly has a warning, 2026-03-10',
      'to see it in full: stockflow runs show 12',
      'https://flow.example/runs/12',
    ],
  ]);
});

test('the HTML loads nothing, runs nothing, and shows an error as text', () => {
  const html = messageHtml(messageOf(toldAlert({ sentence: `<img src=x onerror="a()"> & 'b'` })));
  assert.match(html, /&lt;img src=x onerror=&quot;a\(\)&quot;&gt; &amp; &#39;b&#39;/);
  assert.doesNotMatch(html, /<(img|script|link|style|iframe)|url\(|src="/);
  assert.match(html, /<a href="https:\/\/flow\.example\/runs\/12"/);
});

test('alerts of one kind and cause are a message; one that was tried before keeps its alerts', () => {
  const waiting = (
    alertId: number,
    change: Partial<ToldAlert> = {},
    keys: readonly (string | null)[] = [],
  ) => ({
    ...toldAlert({ alertId, dedupKey: `k${alertId}`, cause: 'db', ...change }),
    messageKey: keys[0] ?? null,
    earlierMessageKey: keys[1] ?? null,
  });
  const idsOf = (all: readonly ReturnType<typeof waiting>[]) => {
    const group = firstGroup(all);
    return group && [group.messageKey, ...group.alerts.map(({ alertId }) => alertId)];
  };
  assert.equal(idsOf([]), null);
  assert.deepEqual(idsOf([waiting(2), waiting(1), waiting(3, { cause: 'files' })]), ['k1', 1, 2]);
  assert.deepEqual(idsOf([waiting(1), waiting(2, { kind: 'slow' })]), ['k1', 1]);
  assert.deepEqual(idsOf([waiting(1, { cause: null }), waiting(2, { cause: null })]), ['k1', 1]);
  assert.deepEqual(idsOf([waiting(1, {}, ['k1']), waiting(2), waiting(3, {}, ['k1'])]), ['k1', 1, 3]);
  const recovered = (id: number, earlier: string) =>
    waiting(id, { kind: 'recovered', cause: null }, [null, earlier]);
  assert.deepEqual(idsOf([recovered(5, 'k1'), recovered(6, 'k1'), recovered(7, 'k4')]), ['k5', 5, 6]);
});

test('a setting of a channel that is wrong is refused with its key and with what to write', () => {
  for (const [url, says] of [
    ['smtp://h?to=a@b.example', /has no from; add from=name@example\.com/],
    ['smtp://h?from=a@b.example&to=nobody', /to is not a list of mail addresses; write to=/],
    ['smtp://u@h?from=a@b.example&to=a@b.example', /has a user without a password/],
    ['smtp://h/x?from=a@b.example&to=a@b.example', /has a path; write the \/ of a user or a password as %2F/],
    ['smtp://h?from=a@b.example&to=a@b.example&starttls=no', /starttls is neither required nor if_offered/],
    ['https://h/?quiet=22-7', /quiet is not two times of day; .* such as quiet=22:00-07:00/],
    ['https://h/?quiet=22:00-07:00', /add quiet_timezone=America\/New_York/],
    ['https://h/?quiet_timezone=UTC', /quiet_timezone is given without quiet/],
    ['https://h/?quiet=22:00-22:00&quiet_timezone=UTC', /begins and ends at one time/],
    [
      'https://h/?quiet=22:00-07:00&quiet_timezone=Mars',
      /not a timezone that is known here; write an IANA name/,
    ],
    ['https://h/?repeat=often', /repeat is not a duration; .* such as repeat=30m/],
    ['https://h/?repeat=5s', /repeat is shorter than a minute; write at least repeat=1m/],
    ['https://h/?secret=a&secret_file=b', /both secret and secret_file/],
    ['slack+https://slack.com/api/chat.postMessage?channel=C1', /a bot needs a token and a channel/],
    ['pagerduty://', /the routing key of an integration/],
    ['pagerduty://key?events_url=ftp://h', /events_url is not an https:\/\/ address/],
    ['ftp://h', /is not the URL of a channel: smtp:\/\//],
  ] as const) {
    assert.throws(() => channelFromEnv('ops', { STOCKFLOW_CONN_OPS: url }), {
      kind: 'invalid',
      message: new RegExp(`^STOCKFLOW_CONN_OPS: .*${says.source}`),
    });
  }
});
