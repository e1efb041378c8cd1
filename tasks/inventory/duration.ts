import { z } from 'zod';

const UNIT_MS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** `30s 5m 1h 2d`, parsed to milliseconds. */
export const durationSchema = z
  .string()
  .regex(/^\d{1,6}[smhd]$/, 'must be a duration such as 30s, 5m, 1h or 2d')
  .transform((text) => {
    const unit = text.slice(-1);
    return Number(text.slice(0, -1)) * (isUnit(unit) ? UNIT_MS[unit] : 0);
  });

function isUnit(text: string): text is keyof typeof UNIT_MS {
  return text in UNIT_MS;
}
