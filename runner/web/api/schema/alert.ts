import { z } from '@hono/zod-openapi';
import { ALERT_KINDS } from '../../../core/alert/kind.ts';
import { DELIVERY_STATES } from '../../../store/alert/listing.ts';
import { NEXT } from '../paging.ts';
import { instant, instantOrNull, integer, integerOrNull, text, textOrNull } from './scalar.ts';

const delivery = z
  .object({
    channel: text('The id of the channel.'),
    state: z.enum(DELIVERY_STATES).openapi({ description: '`failed` was given up.' }),
    tries: integer('How often sending was tried.'),
    sent_at: instantOrNull('When the channel accepted it.'),
    next_attempt_at: instantOrNull('The instant of the next try.'),
    repeat_count: integer('How often it was told again while the trouble lasted.'),
    error: textOrNull('Why the last try failed.'),
  })
  .openapi('AlertDelivery');

export const alert = z
  .object({
    alert_id: integer('The id of the alert.'),
    at: instant('When it was written, with the change that it tells of.'),
    kind: z.enum(ALERT_KINDS).openapi({ description: 'What it tells of.' }),
    dag_id: text('The DAG.'),
    run_id: integerOrNull('The run; null for a due instant whose run was never made.'),
    scheduled_for: instant('The instant for which the run works, or was due.'),
    sentence: text('What happened.'),
    closed_at: instantOrNull('When a success ended the trouble.'),
    deliveries: z.array(delivery).openapi({ description: 'What became of it on each channel.' }),
  })
  .openapi('Alert');

export const unsentChannel = z
  .object({
    channel: text('The id of the channel.'),
    count: integer('The number of alerts that were tried and not sent.'),
    since: instant('When the oldest of them was tried first.'),
    error: text('Why the last try failed.'),
    next_attempt_at: instantOrNull('The instant of the next try; null if all were given up.'),
  })
  .openapi('UnsentChannel');

export const failingFeed = z
  .object({
    feed: z
      .enum(['heartbeat', 'lineage', 'traces'])
      .openapi({ description: 'The pings of a heartbeat, or what is sent of runs.' }),
    dag_id: textOrNull('The DAG of a heartbeat.'),
    connection: textOrNull('The connection of a heartbeat.'),
    count: integer('The number of pings, or of runs.'),
    since: instant('When the oldest of them failed first.'),
    error: text('Why the last try failed.'),
    next_attempt_at: instantOrNull('The instant of the next try; null if all were given up.'),
  })
  .openapi('FailingFeed');

export const alertList = z
  .object({
    alerts: z.array(alert),
    unsent: z
      .array(unsentChannel)
      .openapi({ description: 'The channels that do not take what they are to be told, of all DAGs.' }),
    failing_feeds: z
      .array(failingFeed)
      .openapi({ description: 'Monitors and receivers that do not take what they are sent, of all DAGs.' }),
    next: NEXT,
  })
  .openapi('AlertList');
