/** Lists alerts with the channels that were told. */
import {
  type AlertFilter,
  type ListedAlert,
  type ListedDelivery,
  listAlerts,
} from '../../store/alert/listing.ts';
import type { Queryable } from '../../store/queryable.ts';
import type { Column } from '../listing.ts';
import { type Page, pageOf } from '../page.ts';
import { inZone } from '../time_text.ts';

/** An alert on one of its channels. */
export interface ToldRow extends Omit<ListedAlert, 'deliveries'> {
  readonly delivery: ListedDelivery;
}

/** Returns a page of alerts, newest first. */
export async function readAlerts(db: Queryable, filter: AlertFilter): Promise<Page<ListedAlert>> {
  const found = await listAlerts(db, { ...filter, limit: filter.limit + 1 });
  return pageOf(found, filter.limit, ({ alertId }) => alertId);
}

/** Returns a row for each channel of each alert. */
export function toldRows(alerts: readonly ListedAlert[]): readonly ToldRow[] {
  return alerts.flatMap(({ deliveries, ...alert }) => deliveries.map((delivery) => ({ ...alert, delivery })));
}

/** Returns what became of a delivery, for a person: `sent 02:10`, `not sent: ...`. */
export function deliveryText({ state, errorText, tries }: ListedDelivery): string {
  switch (state) {
    case 'sent':
      return 'sent';
    case 'failed':
      return `given up after ${tries} ${tries === 1 ? 'try' : 'tries'}`;
    case 'pending':
      return errorText === null ? 'to be sent' : `not sent in ${tries} ${tries === 1 ? 'try' : 'tries'}`;
  }
}

const MARKS: Readonly<Record<ListedDelivery['state'], string>> = {
  pending: 'waiting',
  sent: 'success',
  failed: 'failed',
};

/** Returns the state word that decides how a delivery looks. */
export function deliveryMark({ state, errorText }: ListedDelivery): string {
  return state === 'pending' && errorText !== null ? 'up_for_retry' : MARKS[state];
}

export const TOLD_COLUMNS: readonly Column<ToldRow>[] = [
  { key: 'alert_id', value: ({ alertId }) => alertId },
  { key: 'at', value: ({ at }) => at, text: ({ at, timezone }) => inZone(at, timezone) },
  { key: 'kind', value: ({ kind }) => kind },
  { key: 'dag_id', value: ({ dagId }) => dagId },
  { key: 'run_id', value: ({ runId }) => runId },
  { key: 'scheduled_for', value: ({ scheduledFor }) => scheduledFor, dataOnly: true },
  { key: 'channel', value: ({ delivery }) => delivery.channel },
  {
    key: 'state',
    value: ({ delivery }) => delivery.state,
    text: ({ delivery }) => deliveryText(delivery),
    state: ({ delivery }) => deliveryMark(delivery),
  },
  { key: 'tries', value: ({ delivery }) => delivery.tries, dataOnly: true },
  { key: 'sent_at', value: ({ delivery }) => delivery.sentAt, dataOnly: true },
  { key: 'next_attempt_at', value: ({ delivery }) => delivery.nextAttemptAt, dataOnly: true },
  { key: 'repeat_count', value: ({ delivery }) => delivery.repeatCount, dataOnly: true },
  { key: 'error', value: ({ delivery }) => delivery.errorText, omitEmpty: true },
  { key: 'closed_at', value: ({ closedAt }) => closedAt, dataOnly: true },
  { key: 'sentence', value: ({ sentence }) => sentence },
];
