import { z } from 'zod';

/** An ISO 8601 instant (`2026-03-10T03:00:00Z`), parsed to a Temporal.Instant. */
export const instantSchema = z.string().transform((text, context) => {
  try {
    return Temporal.Instant.from(text);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    context.addIssue({ code: 'custom', message: `not an instant: ${JSON.stringify(text)}` });
    return z.NEVER;
  }
});
