/**
 * Sends what the outbox holds for a channel. A delivery is taken for a minute, sent, and marked; whoever dies in between
 * leaves it to be sent again under the same key, by which most channels drop the second one.
 */
import type { Pool } from 'pg';
import { sendMessage } from '../../connections/channel/channel.ts';
import { type ChannelConfig, channelFromEnv } from '../../connections/channel/config.ts';
import type { Sent } from '../../connections/channel/sending.ts';
import type { Environment } from '../../connections/connection_config.ts';
import { withTransaction } from '../../connections/postgres/connect.ts';
import { nextRepeat, nextTry } from '../../core/alert/delivery/next_try.ts';
import { quietUntil } from '../../core/alert/delivery/quiet_hours.ts';
import { type AlertGroup, firstGroup, type WaitingAlert } from '../../core/alert/message/group.ts';
import { alertMessage, type CommandWords } from '../../core/alert/message/message.ts';
import type { Log } from '../../log.ts';
import { conversationOf } from '../../store/alert/conversation.ts';
import {
  type ChannelAt,
  type Claim,
  claimMessage,
  lockDue,
  type MessageRows,
  markSent,
  markUnsent,
  nextDue,
  postponeDue,
} from '../../store/alert/delivery.ts';
import { setRepeat, takeRepeat } from '../../store/alert/repeat.ts';
import { addAlertJobs } from '../../store/queue/job.ts';
import { databaseNow } from '../clock.ts';
import { failpoint } from '../failpoint.ts';
import { failureOf } from './failure.ts';
import type { AlertSender } from './sender.ts';
import { afterGrace } from './stop_grace.ts';

/** Longer than any channel is waited for. */
const LEASE_MS = 60_000;

export interface DelivererOptions {
  readonly pool: Pool;
  /** Defines the channels. */
  readonly env: Environment;
  readonly log: Log;
  readonly commandWords: CommandWords;
  /** The address of the page without a final slash; null if it is not known. */
  readonly webUrl: string | null;
  /** The time in ms for which a delivery is taken; a minute by default. */
  readonly leaseMs?: number;
  /** The database's clock by default. */
  readonly now?: () => Promise<Temporal.Instant>;
}

interface Claimed extends Claim {
  readonly group: AlertGroup;
  readonly rows: MessageRows;
}

export class AlertDeliverer implements AlertSender {
  readonly #options: DelivererOptions;
  readonly #now: () => Promise<Temporal.Instant>;
  /** The channels that this process is sending on, each with whether it was asked for again meanwhile. */
  readonly #sending = new Map<string, { readonly done: Promise<void>; isAskedAgain: boolean }>();

  constructor(options: DelivererOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => databaseNow(options.pool));
  }

  /** Sends one message after the other. A channel on which this process is sending already is asked for again. */
  async sendDue(channel: string, { signal }: { readonly signal: AbortSignal }): Promise<void> {
    const sending = this.#sending.get(channel);
    if (sending !== undefined) {
      sending.isAskedAgain = true;
      return await sending.done;
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    const own = { done: promise, isAskedAgain: false };
    this.#sending.set(channel, own);
    try {
      do {
        own.isAskedAgain = false;
        await this.#sendAll(channel, signal);
      } while (own.isAskedAgain && !signal.aborted);
    } finally {
      this.#sending.delete(channel);
      resolve();
    }
  }

  async #sendAll(channel: string, stopping: AbortSignal): Promise<void> {
    const { pool } = this.#options;
    while (!stopping.aborted) {
      const at = { channel, now: await this.#now() };
      const config = this.#configOf(channel);
      const quietEnd =
        config instanceof Error || config.quiet === null ? null : quietUntil(config.quiet, at.now);
      if (quietEnd !== null) {
        await postponeDue(pool, at, quietEnd);
        break;
      }
      const claimed = await this.#claim(at);
      const isSent =
        claimed === null
          ? await this.#repeat(config, at, stopping)
          : await this.#deliver(config, claimed, { at, stopping });
      if (!isSent) break;
    }
    const nextAt = await nextDue(pool, channel);
    if (nextAt !== null) await addAlertJobs(pool, [channel], nextAt);
  }

  /** A channel that is not set is told of like one that does not answer: a worker with another setting may send. */
  #configOf(channel: string): ChannelConfig | Error {
    try {
      return channelFromEnv(channel, this.#options.env);
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
  }

  async #claim({ channel, now }: ChannelAt): Promise<Claimed | null> {
    const claimed = await withTransaction(this.#options.pool, async (tx) => {
      const group = firstGroup(await lockDue(tx, { channel, now }));
      if (group === null) return null;
      const rows = rowsOf(channel, group);
      const until = now.add({ milliseconds: this.#options.leaseMs ?? LEASE_MS });
      return { group, rows, ...(await claimMessage(tx, rows, { now, until })) };
    });
    if (claimed !== null) failpoint('deliver.claimed');
    return claimed;
  }

  /** Returns true if the channel can take the next message. */
  async #deliver(
    config: ChannelConfig | Error,
    { group, rows, attempt, firstAttemptAt }: Claimed,
    { at, stopping }: { readonly at: ChannelAt; readonly stopping: AbortSignal },
  ): Promise<boolean> {
    const { pool, log } = this.#options;
    const { channel, now } = at;
    const facts = { channel, alerts: rows.alertIds.length, attempt };
    let sent: Sent;
    try {
      sent = await this.#send(config, group, { now, stopping, repeatCount: 0 });
    } catch (error) {
      // The time for which it is taken passes, and it is sent under the same key.
      if (stopping.aborted) return false;
      const failure = failureOf(error);
      const nextAt = nextTry({ attempt, firstAttemptAt, ...failure }, now);
      await markUnsent(pool, rows, { attempt, errorText: failure.errorText, nextAt });
      log.warn(nextAt === null ? 'an alert was given up' : 'an alert was not sent', {
        ...facts,
        error: failure.errorText,
        ...(nextAt === null ? {} : { retryAt: nextAt.toString() }),
      });
      if (nextAt === null || !failure.holdsChannel) return true;
      // The receiver is down for the others too.
      await postponeDue(pool, at, nextAt);
      return false;
    }
    failpoint('deliver.sent');
    const repeatMs = config instanceof Error ? null : config.repeatMs;
    const repeatAt = repeatMs === null ? null : now.add({ milliseconds: repeatMs });
    await markSent(pool, rows, { attempt, at: now, thread: sent.thread, repeatAt });
    failpoint('deliver.marked');
    log.info('alert sent', facts);
    return true;
  }

  /** Tells again what stays open, where the channel asks for it. Returns false if there is nothing to tell. */
  async #repeat(config: ChannelConfig | Error, at: ChannelAt, stopping: AbortSignal): Promise<boolean> {
    if (config instanceof Error || config.repeatMs === null) return false;
    const { repeatMs } = config;
    const { pool, log } = this.#options;
    const { channel, now } = at;
    const taken = await withTransaction(pool, async (tx) => {
      const repeat = await takeRepeat(tx, at);
      const [first, ...others] = repeat?.alerts ?? [];
      if (repeat === null || first === undefined) return null;
      const group: AlertGroup = { messageKey: repeat.messageKey, alerts: [first, ...others] };
      const repeatAt = nextRepeat({ repeatMs, firstSentAt: repeat.firstSentAt }, now);
      if (repeatAt !== null) await setRepeat(tx, rowsOf(channel, group), repeatAt);
      return { group, repeatCount: repeat.repeatCount };
    });
    if (taken === null) return false;
    try {
      await this.#send(config, taken.group, { now, stopping, repeatCount: taken.repeatCount });
    } catch (error) {
      log.warn('an alert was not repeated', { channel, error: failureOf(error).errorText });
    }
    return true;
  }

  async #send(
    config: ChannelConfig | Error,
    { messageKey, alerts }: AlertGroup,
    {
      now,
      stopping,
      repeatCount,
    }: { readonly now: Temporal.Instant; readonly stopping: AbortSignal; readonly repeatCount: number },
  ): Promise<Sent> {
    if (config instanceof Error) throw config;
    const { pool, commandWords, webUrl } = this.#options;
    const { thread, stillOpen } = await conversationOf(pool, {
      channel: config.id,
      alertIds: alerts.map(({ alertId }) => alertId),
    });
    const isRecovery = alerts[0].kind === 'recovered';
    const message = alertMessage(alerts, {
      commandWords,
      webUrl,
      stillOpen: isRecovery ? stillOpen : 0,
      repeatCount,
    });
    using limit = afterGrace(stopping);
    const dedupKey = repeatCount === 0 ? messageKey : `${messageKey}#${repeatCount}`;
    return await sendMessage(config, message, { dedupKey, thread, now, signal: limit.signal });
  }
}

function rowsOf(channel: string, { messageKey, alerts }: AlertGroup): MessageRows {
  return { channel, messageKey, alertIds: alerts.map(({ alertId }: WaitingAlert) => alertId) };
}
