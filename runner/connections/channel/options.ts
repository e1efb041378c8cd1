/** The options that every channel may have: `quiet=22:00-07:00&quiet_timezone=America/New_York&repeat=30m`. */
import type { QuietHours } from '../../core/alert/delivery/quiet_hours.ts';
import { DurationError, parseDuration } from '../../core/time/duration.ts';
import { redactSecrets, type Secret } from '../config/secret.ts';
import { invalid } from '../config/url.ts';

export interface ChannelOptions {
  /** Null for a channel that is told at any hour. */
  readonly quiet: QuietHours | null;
  /** The time in ms after which an alert that is still open is told again; null for once. */
  readonly repeatMs: number | null;
}

export interface CommonChannelConfig extends ChannelOptions {
  readonly id: string;
  /** The environment variable that defines the channel. */
  readonly variable: string;
  /** The channel without its secrets, for messages and logs: `https://hooks.slack.com`. */
  readonly display: string;
  /** Whatever must not be seen in a message, a log or a table. */
  readonly secrets: readonly Secret[];
}

export const OPTION_KEYS = ['quiet', 'quiet_timezone', 'repeat'];

const SHORTEST_REPEAT_MS = 60_000;
const QUIET = /^([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)$/;

export function readOptions(variable: string, query: ReadonlyMap<string, string>): ChannelOptions {
  return { quiet: readQuiet(variable, query), repeatMs: readRepeat(variable, query.get('repeat')) };
}

function readQuiet(variable: string, query: ReadonlyMap<string, string>): QuietHours | null {
  const text = query.get('quiet');
  const timezone = query.get('quiet_timezone');
  if (text === undefined) {
    if (timezone !== undefined)
      throw invalid(variable, 'quiet_timezone is given without quiet; add quiet=22:00-07:00');
    return null;
  }
  const match = QUIET.exec(text);
  if (match === null)
    throw invalid(
      variable,
      'quiet is not two times of day; write hours and minutes, such as quiet=22:00-07:00',
    );
  if (timezone === undefined)
    throw invalid(variable, 'quiet is given without quiet_timezone; add quiet_timezone=America/New_York');
  const [, fromHour, fromMinute, toHour, toMinute] = match.map(Number);
  const from = new Temporal.PlainTime(fromHour, fromMinute);
  const to = new Temporal.PlainTime(toHour, toMinute);
  if (from.equals(to))
    throw invalid(variable, 'quiet begins and ends at one time; write two, such as 22:00-07:00');
  return { from, to, timezone: readTimezone(variable, timezone) };
}

function readTimezone(variable: string, name: string): string {
  try {
    return Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name).timeZoneId;
  } catch {
    throw invalid(
      variable,
      'quiet_timezone is not a timezone that is known here; write an IANA name, such as America/New_York',
    );
  }
}

function readRepeat(variable: string, text: string | undefined): number | null {
  if (text === undefined) return null;
  try {
    const repeatMs = parseDuration(text);
    if (repeatMs >= SHORTEST_REPEAT_MS) return repeatMs;
  } catch (error) {
    if (!(error instanceof DurationError)) throw error;
    // The value is not shown: a secret that was not encoded may have ended up in it.
    throw invalid(variable, 'repeat is not a duration; write a number with a unit, such as repeat=30m');
  }
  throw invalid(variable, 'repeat is shorter than a minute; write at least repeat=1m');
}

/** Returns the text without the secrets of the channel. */
export function redactChannel(text: string, { secrets }: Pick<CommonChannelConfig, 'secrets'>): string {
  return redactSecrets(text, secrets);
}
