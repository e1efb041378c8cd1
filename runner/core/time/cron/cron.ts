/** A parsed cron expression. */
import type { PlacedDay, PlacedWeekday } from './days.ts';

export interface Cron {
  /** As written. */
  readonly text: string;
  /** 0-59; this and the sets below are ascending and without duplicates. */
  readonly minutes: readonly number[];
  /** 0-23. */
  readonly hours: readonly number[];
  /** 1-31. */
  readonly daysOfMonth: readonly number[];
  /** The days that the field of the day of month gives by their place: `L`, `LW`, `15W`. */
  readonly placedDays: readonly PlacedDay[];
  /** 1-12. */
  readonly months: readonly number[];
  /** 0-6, 0 is Sunday. */
  readonly daysOfWeek: readonly number[];
  /** The weekdays that the field of the day of week gives by their place: `FRI#2`, `FRIL`. */
  readonly placedWeekdays: readonly PlacedWeekday[];
  /**
   * Whether `both` day fields must match, or `either` is enough. As in Vixie cron it is `either` only if neither begins
   * with `*`: `0 0 1 * MON` is the first and every Monday, `0 0 1 * *` the first alone.
   */
  readonly dayRule: 'both' | 'either';
  /**
   * `once_per_date`: the hours are fixed, so each wall time fires once on its date, whatever the clocks do.
   * `every_real_hour`: the hour field has a `*` or a step, so each instant whose wall time matches fires.
   */
  readonly hourRule: 'once_per_date' | 'every_real_hour';
}
