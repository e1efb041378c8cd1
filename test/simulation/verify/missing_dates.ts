/** Finds dates that the runner says are missing, and closed ones that it does not tell by their names. */
import type { Pool } from 'pg';
import { closedName } from '../plan/closed_dates.ts';

/** Returns a sentence for each deviation of a date from `first` to `last`. */
export async function missingDateMismatches(
  pool: Pool,
  { first, last }: { readonly first: Temporal.PlainDate; readonly last: Temporal.PlainDate },
): Promise<readonly string[]> {
  const { rows } = await pool.query<{ date: string; decision: string; closedAs: string | null }>(
    `select business_date::text as date, decision, closed_as as "closedAs" from audit.missing_date
      where decision <> 'run' order by business_date`,
  );
  const told = new Map(rows.map(({ date, decision, closedAs }) => [date, closedAs ?? decision]));
  const wrong = rows
    .filter(
      ({ date, closedAs }) => closedAs === null || closedName(Temporal.PlainDate.from(date)) !== closedAs,
    )
    .map(({ date, decision, closedAs }) => `${date} is told as ${closedAs ?? decision}`);
  const untold: string[] = [];
  for (let date = first; Temporal.PlainDate.compare(date, last) <= 0; date = date.add({ days: 1 })) {
    const name = closedName(date);
    if (name !== null && !told.has(date.toString())) untold.push(`${date} is not told as ${name}`);
  }
  const { rows: events } = await pool.query<{ count: number }>(
    `select count(*)::integer as count from audit.event where action = 'schedule.missed'`,
  );
  const missed = events[0]?.count ?? 0;
  return [...wrong, ...untold, ...(missed === 0 ? [] : [`${missed} events say that nights were missed`])];
}
