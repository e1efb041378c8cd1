/** Sends messages through a channel of any kind. */
import type { AlertMessage } from '../../core/alert/message/message.ts';
import type { ChannelConfig } from './config.ts';
import { sendPagerduty } from './kind/pagerduty.ts';
import { sendSlack } from './kind/slack.ts';
import { sendSmtp } from './kind/smtp.ts';
import { sendTeams } from './kind/teams.ts';
import { sendWebhook } from './kind/webhook.ts';
import type { SendOptions, Sent } from './sending.ts';

/** @throws ChannelError if it was not taken */
export async function sendMessage(
  config: ChannelConfig,
  message: AlertMessage,
  options: SendOptions,
): Promise<Sent> {
  switch (config.kind) {
    case 'smtp':
      return await sendSmtp(config, message, options);
    case 'slack':
      return await sendSlack(config, message, options);
    case 'teams':
      return await sendTeams(config, message, options);
    case 'pagerduty':
      return await sendPagerduty(config, message, options);
    case 'webhook':
      return await sendWebhook(config, message, options);
  }
}
