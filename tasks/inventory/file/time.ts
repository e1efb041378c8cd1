/**
 * Parses times in the cells of a file: `2026-03-10T14:05:00Z`, `2026-03-10T10:05:00-04:00`, or a wall time in a given
 * zone.
 */
const WITH_OFFSET = /(?:[zZ]|[+-]\d\d(?::?\d\d)?)$/;
const DATE_AND_TIME = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d/;

export type FileTime =
  | { readonly at: Temporal.Instant; readonly problem: null }
  | { readonly at: null; readonly problem: string };

/**
 * Parses one cell.
 * @param timezone zone of a text without an offset. At a clock change, a wall time that occurs twice or never is a
 * problem, since the instant is ambiguous
 */
export function parseFileTime(text: string, timezone: string): FileTime {
  if (!DATE_AND_TIME.test(text)) return problem(`${quote(text)} is not a date and time`);
  try {
    if (WITH_OFFSET.test(text.slice('2026-03-10'.length))) {
      return { at: Temporal.Instant.from(text.replace(' ', 'T')), problem: null };
    }
  } catch (error) {
    if (error instanceof RangeError) return problem(`${quote(text)} is not a date and time`);
    throw error;
  }
  let wall: Temporal.PlainDateTime;
  try {
    wall = Temporal.PlainDateTime.from(text.replace(' ', 'T'));
  } catch (error) {
    if (error instanceof RangeError) return problem(`${quote(text)} is not a date and time`);
    throw error;
  }
  const [earlier, later] = (['earlier', 'later'] as const).map((disambiguation) =>
    wall.toZonedDateTime(timezone, { disambiguation }).toInstant(),
  );
  if (earlier === undefined || later === undefined || !earlier.equals(later)) {
    return problem(`${quote(text)} comes twice or not at all in ${timezone}; an offset would say which`);
  }
  return { at: earlier, problem: null };
}

function problem(text: string): FileTime {
  return { at: null, problem: text };
}

function quote(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}...` : text);
}
