/** The history: who did what, when and why. */
import { type EventFilter, type ListedEvent, listEvents } from '../../store/event/listing.ts';
import type { Queryable } from '../../store/queryable.ts';
import type { Column } from '../listing.ts';
import { type Page, type PageRequest, pageOf } from '../page.ts';
import { inZone } from '../time_text.ts';

export const EVENT_COLUMNS: readonly Column<ListedEvent>[] = [
  { key: 'event_id', value: ({ eventId }) => eventId },
  { key: 'at', value: ({ at }) => at, text: ({ at }) => inZone(at, 'UTC', 'second') },
  { key: 'actor', value: ({ actor }) => actor },
  { key: 'channel', value: ({ channel }) => channel, dataOnly: true },
  { key: 'action', value: ({ action }) => action },
  { key: 'dag_id', value: ({ dagId }) => dagId },
  { key: 'run_id', value: ({ runId }) => runId },
  { key: 'task_id', value: ({ taskId }) => taskId },
  { key: 'map_index', value: ({ mapIndex }) => mapIndex, dataOnly: true },
  { key: 'reason', value: ({ reason }) => reason, text: ({ reason }) => reason ?? '' },
  { key: 'before', value: ({ before }) => before, dataOnly: true },
  { key: 'after', value: ({ after }) => after, dataOnly: true },
];

/** Returns a page of the events that match the filter, newest first. */
export async function readEvents(
  db: Queryable,
  filter: PageRequest & Omit<EventFilter, 'limit' | 'before'>,
): Promise<Page<ListedEvent>> {
  const found = await listEvents(db, { ...filter, limit: filter.limit + 1 });
  return pageOf(found.toReversed(), filter.limit, ({ eventId }) => eventId);
}
