/** Cursor pagination: `?limit=&before=` in, `next` and a Link header out. */
import { z } from '@hono/zod-openapi';
import type { PageRequest } from '../../view/page.ts';

const LIMIT_AT_MOST = 500;
const LIMIT_BY_DEFAULT = 50;

/** Text of a whole number from 1 on, given as a number. */
export function wholeNumber(atMost: number, description: string) {
  return z
    .string({ error: 'write it once, as a whole number' })
    .regex(/^[1-9]\d{0,14}$/, 'write a whole number from 1 on')
    .transform(Number)
    .refine((value) => value <= atMost, `at most ${atMost}`)
    .openapi({
      type: 'integer',
      minimum: 1,
      ...(atMost === Number.MAX_SAFE_INTEGER ? {} : { maximum: atMost }),
      description,
    });
}

/** Text of a whole number from 0 on, given as a number. */
export function indexFrom0(description: string) {
  return z
    .string({ error: 'write it once, as a whole number' })
    .regex(/^(0|[1-9]\d{0,14})$/, 'write a whole number from 0 on')
    .transform(Number)
    .openapi({ type: 'integer', minimum: 0, description });
}

/** The query parameters of a list that has pages. */
export const PAGE_QUERY = {
  limit: wholeNumber(
    LIMIT_AT_MOST,
    `At most so many rows; ${LIMIT_BY_DEFAULT} by default, ${LIMIT_AT_MOST} at most.`,
  ).optional(),
  before: wholeNumber(
    Number.MAX_SAFE_INTEGER,
    'Only rows older than this one: the `next` of the page before.',
  ).optional(),
};

/** The key of an answer that has pages. */
export const NEXT = z
  .int()
  .nullable()
  .openapi({ description: 'The `before` of the next page; null on the last one.' });

export function pageRequestOf(query: {
  readonly limit?: number | undefined;
  readonly before?: number | undefined;
}): PageRequest {
  return { limit: query.limit ?? LIMIT_BY_DEFAULT, before: query.before ?? null };
}

/** Returns the Link header (RFC 8288) that leads to the next page; none on the last one. */
export function linkToNext(url: URL, next: number | null): Readonly<Record<string, string>> {
  if (next === null) return {};
  const query = new URLSearchParams(url.searchParams);
  query.set('before', String(next));
  return { link: `<${url.pathname}?${query}>; rel="next"` };
}
