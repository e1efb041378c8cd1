import { z } from '@hono/zod-openapi';
import { unsentChannels } from '../../../store/alert/listing.ts';
import { failingFeeds } from '../../../store/feed/failing.ts';
import { failingJson } from '../../../view/alerts/failing.ts';
import { alertJson } from '../../../view/alerts/json.ts';
import { readAlerts } from '../../../view/alerts/list.ts';
import { jsonOf } from '../../../view/listing.ts';
import { NO_PARAMS, ok, reading } from '../endpoint.ts';
import { linkToNext, PAGE_QUERY, pageRequestOf, wholeNumber } from '../paging.ts';
import { alertList } from '../schema/alert.ts';

export const listAlerts = reading({
  path: '/alerts',
  id: 'listAlerts',
  tag: 'alerts',
  summary:
    'What was told to whom, the newest first, and which channels and other services do not take what they are sent.',
  params: NO_PARAMS,
  query: z.strictObject({
    dag: z.string().optional().openapi({ description: 'Only alerts of this DAG.' }),
    run: wholeNumber(Number.MAX_SAFE_INTEGER, 'Only alerts of this run.').optional(),
    ...PAGE_QUERY,
  }),
  schema: alertList,
  returns: 'A page of alerts.',
  async handle({ context, query, url }) {
    const { rows, next } = await readAlerts(context.pool, {
      ...pageRequestOf(query),
      dagId: query.dag ?? null,
      runId: query.run ?? null,
    });
    const unsent = await unsentChannels(context.pool);
    const body = {
      alerts: rows.map(alertJson),
      unsent: unsent.map(({ channel, count, since, errorText, nextAttemptAt }) => ({
        channel,
        count,
        since: jsonOf(since),
        error: errorText,
        next_attempt_at: jsonOf(nextAttemptAt),
      })),
      failing_feeds: (await failingFeeds(context.pool)).map(failingJson),
      next,
    };
    return ok(body, linkToNext(url, next));
  },
});
