/** The keys of a calendar file. Files are checked with this list, and the editors' JSON Schema is made from it. */
import { z } from 'zod';
import { date, wholeNumber } from '../../dag_file/schema/fields.ts';
import { OBSERVANCES } from '../dated_rule.ts';

export const WEEKDAYS = ['MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT', 'SUN'] as const;
export const MONTHS = [
  'JAN',
  'FEB',
  'MAR',
  'APR',
  'MAY',
  'JUN',
  'JUL',
  'AUG',
  'SEP',
  'OCT',
  'NOV',
  'DEC',
] as const;

const MOST_OFFSET_DAYS = 366;

const offset = z.int().min(-MOST_OFFSET_DAYS).max(MOST_OFFSET_DAYS);
const weekday = z.enum(WEEKDAYS);
const month = z.enum(MONTHS);

/** The keys of a rule of which exactly one says what kind of rule it is. */
export const KIND_KEYS = ['date', 'day', 'easter', 'weekday'] as const;

const rule = z
  .strictObject({
    name: z
      .string()
      .trim()
      .min(1, 'is empty: give the name by which people know the day')
      .max(80, 'is longer than 80 characters: shorten it')
      .meta({
        description: 'The name of the day, as it is shown where a run is left out.',
        examples: ['Thanksgiving'],
      }),
    date: date({ description: 'One date.', examples: ['2026-11-26'] }).optional(),
    month: z
      .union([month, z.array(month).min(1, 'is empty: leave it out for every month')])
      .meta({ description: 'The month of `day`, or of the nth `weekday`; without it, every month.' })
      .optional(),
    day: wholeNumber({ description: 'The same day of `month` every year.', examples: [25] }, 1)
      .max(31)
      .optional(),
    observed: z
      .enum(OBSERVANCES)
      .meta({
        description:
          'Where `day` is observed if it falls on a weekend: on the Monday after; on the nearest weekday (Saturday on Friday, Sunday on Monday); or on the next weekday that no other rule of this file closes.',
        default: 'as_is',
      })
      .optional(),
    weekday: z
      .union([weekday, z.array(weekday).min(1, 'is empty: name at least one')])
      .meta({ description: 'Every one of these weekdays or, with `nth`, one of a month.' })
      .optional(),
    nth: z
      .union([z.int().min(1).max(5), z.literal('last')])
      .meta({ description: 'Which `weekday` of the month: 1 to 5, or last.' })
      .optional(),
    easter: offset
      .meta({
        description: 'Days after Easter Sunday of the Western churches; negative before it.',
        examples: [0, -2, 1],
      })
      .optional(),
    plus_days: offset
      .meta({
        description: 'Days after the nth `weekday`: 1 for the day after Thanksgiving.',
        default: 0,
      })
      .optional(),
  })
  .meta({ oneOf: KIND_KEYS.map((key) => ({ required: [key] })) });

const names = (description: string) =>
  z
    .array(z.string().meta({ description: 'The name of a calendar: its file without .yaml.' }))
    .meta({ description });

export const calendarKeys = z
  .strictObject({
    description: z.string().meta({ description: 'One line for people.', default: '' }).optional(),
    closed: z
      .array(rule)
      .meta({
        description: 'The dates that are closed, and rules for them; the first rule of a date names it.',
      })
      .optional(),
    include: names('Calendars whose closed dates are closed here too.').optional(),
    exclude: names('Calendars whose closed dates are open here, whatever closes them.').optional(),
  })
  .meta({ title: 'Stockflow calendar' });

/** The keys of a calendar file after validation. */
export type CalendarFileKeys = z.output<typeof calendarKeys>;
export type RuleKeys = z.output<typeof rule>;

/** Returns a JSON Schema (draft 2020-12) of calendar files, for editors. */
export function calendarJsonSchema(): z.core.JSONSchema.BaseSchema {
  return z.toJSONSchema(calendarKeys, { io: 'input', unrepresentable: 'any' });
}
