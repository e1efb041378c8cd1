import type { Cron } from './cron.ts';
import { describeCron } from './describe.ts';

const DAYS_OF_LONGEST_MONTH = 31;
const DAYS_OF_WEEK = 7;

/**
 * Warns about a cron expression in which both day fields are restricted, and says when it fires; returns null for any
 * other. Airflow, Vixie cron and this runner accept a match of either field, unless one begins with `*`.
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
