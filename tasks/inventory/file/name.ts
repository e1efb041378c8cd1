/** File names with the instant T of Retail Pro's snapshot: `reset_inventory_20260310T030000Z.csv`. */
import { z } from 'zod';

const PLACE = '{snapshot_at}';
const STAMP = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/;

/** A file name in which `{snapshot_at}` stands for `<yyyyMMddTHHmmss>Z`. */
export const namePatternSchema = z
  .string()
  .refine((text) => text.split(PLACE).length === 2, `must hold ${PLACE} once`);

/** Returns the instant in `name`; `null` if the name does not match the pattern or has no real date and time. */
export function snapshotAtOf(name: string, pattern: string): Temporal.Instant | null {
  const [before = '', after = ''] = pattern.split(PLACE);
  if (!name.startsWith(before) || !name.endsWith(after)) return null;
  const stamp = STAMP.exec(name.slice(before.length, name.length - after.length));
  if (stamp === null) return null;
  const [, year, month, day, hour, minute, second] = stamp;
  try {
    return Temporal.Instant.from(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}
