/** Instants, spans and amounts as people read them. */

const zoneNames = new Map<string, Intl.DateTimeFormat>();

/** `2026-03-08 03:30 EDT`, with seconds where they are asked for; a zone without a short name shows its offset. */
export function inZone(
  instant: Temporal.Instant,
  timezone: string,
  smallestUnit: 'minute' | 'second' = 'minute',
): string {
  const local = instant.toZonedDateTimeISO(timezone).toPlainDateTime();
  return `${local.toString({ smallestUnit }).replace('T', ' ')} ${zoneName(instant, timezone)}`;
}

/** `EDT`, or `GMT+5:45`. */
export function zoneName(instant: Temporal.Instant, timezone: string): string {
  let format = zoneNames.get(timezone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-US', { timeZone: timezone, timeZoneName: 'short' });
    zoneNames.set(timezone, format);
  }
  const parts = format.formatToParts(instant.epochMilliseconds);
  return parts.find(({ type }) => type === 'timeZoneName')?.value ?? timezone;
}

/** `850ms`, `12.3s`, `4m 05s`, `1h 02m`, `3d 04h`. */
export function spanText(ms: number): string {
  if (ms < 0) return `-${spanText(-ms)}`;
  if (ms < 999.5) return `${Math.round(ms)}ms`;
  if (ms < 59_950) return `${(ms / 1_000).toFixed(1)}s`;
  const seconds = Math.round(ms / 1_000);
  if (seconds < 3_600) return `${Math.floor(seconds / 60)}m ${twoDigits(seconds % 60)}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 1_440) return `${Math.floor(minutes / 60)}h ${twoDigits(minutes % 60)}m`;
  const hours = Math.floor(minutes / 60);
  return `${Math.floor(hours / 24)}d ${twoDigits(hours % 24)}h`;
}

/** `293 MB`, `84.2 kB`; decimal units. */
export function bytesText(bytes: number): string {
  let value = bytes;
  for (const unit of ['B', 'kB', 'MB', 'GB']) {
    if (value < 999.5)
      return `${value < 99.95 && unit !== 'B' ? value.toFixed(1) : Math.round(value)} ${unit}`;
    value /= 1_000;
  }
  return `${value.toFixed(1)} TB`;
}

/** `7,000,000`. */
export function countText(count: number): string {
  return Math.round(count).toLocaleString('en-US');
}

export function msBetween(from: Temporal.Instant, until: Temporal.Instant): number {
  return until.epochMilliseconds - from.epochMilliseconds;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}
