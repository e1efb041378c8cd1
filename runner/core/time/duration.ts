/** Parses and formats durations as written in a DAG file (`30s`, `5m`, `1h30m`, `2d`). */

const UNITS = [
  { unit: 'd', unitMs: 86_400_000 },
  { unit: 'h', unitMs: 3_600_000 },
  { unit: 'm', unitMs: 60_000 },
  { unit: 's', unitMs: 1_000 },
  { unit: 'ms', unitMs: 1 },
] as const;

const FORM = 'write whole numbers with a unit, the largest first, such as 30s, 5m, 1h, 2d or 1h30m';
const DURATION = /^(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+)s)?(?:(\d+)ms)?$/;

/** The longest duration, a hundred years: any date plus this fits Temporal and Postgres. */
const MAX_DURATION_MS = 36_500 * 86_400_000;

export class DurationError extends Error {
  override name = 'DurationError';
}

/**
 * Returns the milliseconds of `30s`, `5m`, `1h`, `2d`, `350ms` or a compound such as `1h30m`; a day is 24 hours.
 * @throws DurationError with what was found and the accepted form
 */
export function parseDuration(text: string): number {
  const match = DURATION.exec(text);
  if (match === null || text === '') {
    throw new DurationError(`${JSON.stringify(text)} is not a duration: ${FORM}`);
  }
  const totalMs = UNITS.reduce((sumMs, { unitMs }, i) => sumMs + Number(match[i + 1] ?? 0) * unitMs, 0);
  if (totalMs > MAX_DURATION_MS) {
    throw new DurationError(
      `${JSON.stringify(text)} is too long: the most is ${formatDuration(MAX_DURATION_MS)}`,
    );
  }
  return totalMs;
}

/**
 * Returns `1h30m` for 5,400,000: largest units first, zero units left out, exact except for fractions of a millisecond.
 * `parseDuration` reads it back. A negative duration (two clocks disagree) has a minus sign.
 */
export function formatDuration(ms: number): string {
  let restMs = Math.round(Math.abs(ms));
  if (restMs === 0) return '0s';
  let text = ms < 0 ? '-' : '';
  for (const { unit, unitMs } of UNITS) {
    const count = Math.floor(restMs / unitMs);
    if (count > 0) text += `${count}${unit}`;
    restMs -= count * unitMs;
  }
  return text;
}
