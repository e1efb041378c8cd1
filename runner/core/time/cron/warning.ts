import { describeCron } from './describe.ts';
import type { Cron } from './parse.ts';

const DAYS_OF_LONGEST_MONTH = 31;
const DAYS_OF_WEEK = 7;

/**
 * Returns what a person may not have meant by a cron expression in which both day fields are restricted, with what it fires on;
 * null where one of them is not. Airflow, Vixie cron and this runner take either as enough, unless one begins with `*`.
 */
export function cronWarning(cron: Cron): string | null {
  const isRestricted =
    cron.daysOfMonth.length < DAYS_OF_LONGEST_MONTH && cron.daysOfWeek.length < DAYS_OF_WEEK;
  if (!isRestricted) return null;
  const rule =
    cron.dayRule === 'either'
      ? 'both day fields are given, and either is enough'
      : 'both day fields are given, and both must match, as one begins with *';
  return `"${cron.text}": ${rule}: it fires ${describeCron(cron)}`;
}
