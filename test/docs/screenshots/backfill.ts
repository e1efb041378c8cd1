/** The ranges of dates in the pictures: one that is planned, and one that was worked. */
import { setTimeout as wait } from 'node:timers/promises';
import { PERSON_HEADERS } from './site.ts';

/** Returns the fields of the form for a backfill of that many dates, the last of which is `to`. */
export function backfillForm(dagId: string, to: Temporal.PlainDate, days: number): URLSearchParams {
  return new URLSearchParams({
    dag: dagId,
    from: to.subtract({ days: days - 1 }).toString(),
    to: to.toString(),
    reprocess: 'completed',
    order: 'oldest_first',
    max_active_runs: '1',
    time_edges: 'collapse',
  });
}

/** Sends the form, and waits for the end of the backfill. @returns its id */
export async function workBackfill(url: string, form: URLSearchParams): Promise<number> {
  const sent = await fetch(`${url}/backfills/new`, {
    method: 'POST',
    headers: { ...PERSON_HEADERS, 'Sec-Fetch-Site': 'same-origin' },
    body: form,
    redirect: 'manual',
  });
  const [, id] = /^\/backfills\/(\d+)/.exec(sent.headers.get('location') ?? '') ?? [];
  if (id === undefined) throw new Error(`the form was refused: ${sent.status} ${await sent.text()}`);
  for (;;) {
    const answer = await fetch(`${url}/api/v1/backfills/${id}`, { headers: PERSON_HEADERS });
    if (!(await answer.text()).includes('"state":"running"')) return Number(id);
    await wait(50);
  }
}
