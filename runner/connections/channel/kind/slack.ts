/** Slack: an incoming webhook, or a bot that keeps the messages of one trouble in a thread. */
import { z } from 'zod';
import type { AlertMessage } from '../../../core/alert/message/message.ts';
import { factLines } from '../../../core/alert/message/text.ts';
import { AFTER_FIX_MS, ChannelError } from '../error.ts';
import type { SlackConfig } from '../http/config.ts';
import { postJson } from '../http/post.ts';
import { redactChannel } from '../options.ts';
import type { SendOptions, Sent } from '../sending.ts';

export async function sendSlack(
  config: SlackConfig,
  message: AlertMessage,
  { thread, now, signal }: SendOptions,
): Promise<Sent> {
  const { bot } = config;
  const content = slackContent(message);
  if (bot === null) {
    const { status, text } = await postJson(config, JSON.stringify(content), { now, signal });
    return { thread: null, answer: `${status} ${text.slice(0, 200)}`.trim() };
  }
  const body = JSON.stringify({
    ...content,
    channel: bot.channel,
    ...(thread === null ? {} : { thread_ts: thread }),
  });
  const headers = { authorization: `Bearer ${bot.token.reveal()}` };
  const { status, text } = await postJson(config, body, { headers, now, signal });
  const answer = readAnswer(text);
  if (answer?.ok !== true) throw refusal(config, answer?.error ?? `${status} without a reason`);
  return { thread: thread ?? answer.ts ?? null, answer: `${status} ok` };
}

const answerSchema = z.object({
  ok: z.boolean(),
  error: z.string().optional(),
  ts: z.string().optional(),
});

function readAnswer(text: string): z.infer<typeof answerSchema> | null {
  try {
    return answerSchema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

/** Slack's API refuses with a status of 200 and a word. */
function refusal(config: SlackConfig, word: string): ChannelError {
  const isMomentary =
    /^(ratelimited|rate_limited|internal_error|fatal_error|service_unavailable|request_timeout)$/.test(word);
  return new ChannelError(redactChannel(`${config.display} refused: ${word.slice(0, 100)}`, config), {
    isRetryable: true,
    retryAfterMs: isMomentary ? null : AFTER_FIX_MS,
  });
}

const MARKS: Readonly<Record<AlertMessage['kind'], string>> = {
  failed: ':red_circle:',
  deadline_missed: ':red_circle:',
  not_started: ':red_circle:',
  slow: ':large_orange_circle:',
  warning: ':large_orange_circle:',
  recovered: ':large_green_circle:',
  test: ':large_blue_circle:',
};

/** The longest text of a section in characters is 3,000. */
const MAX_SECTION = 2_900;

/** Returns blocks for the channel, and a text for the notification on a phone. */
function slackContent(message: AlertMessage): object {
  const { kind, title, sentence, items, commands, link } = message;
  const lines = [
    `${MARKS[kind]} *${escapeSlack(title)}*`,
    escapeSlack(sentence),
    ...items.map((item) => `• ${escapeSlack(item)}`),
    ...factLines(message).map(escapeSlack),
    ...commands.map((command) => `\`${escapeSlack(command).replaceAll('`', "'")}\``),
    ...(link === null ? [] : [`<${encodeURI(link)}|Open the page>`]),
  ];
  return {
    text: escapeSlack(`${title}: ${sentence}`).slice(0, MAX_SECTION),
    blocks: sections(lines).map((text) => ({ type: 'section', text: { type: 'mrkdwn', text } })),
    unfurl_links: false,
    unfurl_media: false,
  };
}

/** Puts lines together, as many as a section takes. */
function sections(lines: readonly string[]): readonly string[] {
  const texts: string[] = [];
  for (const line of lines.map((text) => text.slice(0, MAX_SECTION).toWellFormed())) {
    const last = texts.at(-1);
    if (last !== undefined && last.length + line.length < MAX_SECTION)
      texts[texts.length - 1] = `${last}\n${line}`;
    else texts.push(line);
  }
  return texts;
}

/** Escapes what Slack reads as a link or a mention, such as <!channel>. */
export function escapeSlack(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
