/** A receiver of one's own: JSON, signed. */
import { createHmac } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { AlertMessage } from '../../../core/alert/message/message.ts';
import { messageText } from '../../../core/alert/message/text.ts';
import { Secret } from '../../config/secret.ts';
import { ChannelError } from '../error.ts';
import type { WebhookConfig } from '../http/config.ts';
import { postJson } from '../http/post.ts';
import { redactChannel } from '../options.ts';
import type { SendOptions, Sent } from '../sending.ts';

export async function sendWebhook(
  config: WebhookConfig,
  message: AlertMessage,
  { dedupKey, now, signal }: SendOptions,
): Promise<Sent> {
  const body = JSON.stringify(webhookBody(message));
  const secret = await signingSecret(config);
  const timestamp = String(Math.floor(now.epochMilliseconds / 1_000));
  const headers = {
    'idempotency-key': headerSafe(dedupKey),
    'x-stockflow-timestamp': timestamp,
    ...(secret === null ? {} : { 'x-stockflow-signature': signature(secret, timestamp, body) }),
  };
  const { status, text } = await postJson(config, body, { headers, signal, now });
  const secrets = secret === null ? config.secrets : [...config.secrets, secret];
  return { thread: null, answer: `${status} ${redactChannel(text, { secrets }).slice(0, 200)}`.trim() };
}

/** Returns `sha256=` and the HMAC in hex of `<timestamp>.<body>`. */
export function signature(secret: Secret, timestamp: string, body: string): string {
  return `sha256=${createHmac('sha256', secret.reveal()).update(`${timestamp}.${body}`).digest('hex')}`;
}

function webhookBody(message: AlertMessage): object {
  const { kind, title, sentence, unchanged, commands, link, figures, isResolved } = message;
  return {
    kind,
    title,
    sentence,
    text: messageText(message),
    figures,
    unchanged,
    commands,
    link,
    is_resolved: isResolved,
    alerts: message.alerts.map((alert) => ({
      alert_id: alert.alertId,
      dag_id: alert.dagId,
      run_id: alert.runId,
      scheduled_for: alert.scheduledFor.toString(),
      kind: alert.kind,
      incident: alert.incident,
      at: alert.at.toString(),
      sentence: alert.sentence,
      business_date: alert.facts?.businessDate ?? null,
      task_id: alert.facts?.taskId ?? null,
      error_class: alert.facts?.errorClass ?? null,
      cause: alert.cause,
    })),
  };
}

async function signingSecret({ secret, secretFile, variable }: WebhookConfig): Promise<Secret | null> {
  if (secretFile === null) return secret;
  try {
    return new Secret((await readFile(secretFile, 'utf8')).trim());
  } catch (cause) {
    throw new ChannelError(`the secret_file of ${variable} cannot be read`, { isRetryable: true, cause });
  }
}

/** A DAG's id is of letters, digits and _ alone, but the rest of a key is not promised to be. */
function headerSafe(text: string): string {
  return text.replaceAll(/[^\x21-\x7e]/g, '_');
}
