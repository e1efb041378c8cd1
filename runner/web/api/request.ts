/** Checks what a client sent against the schemas of an endpoint, and says everything that is wrong with it. */
import type { z } from '@hono/zod-openapi';
import { didYouMean } from '../../core/value/suggest.ts';
import { HttpError } from '../http_error.ts';

export interface RequestProblem {
  readonly in: 'path' | 'query' | 'header' | 'body';
  /** `params.store`; empty for the whole body. */
  readonly key: string;
  readonly message: string;
}

/** A request that its endpoint's schemas do not accept. */
export class InvalidRequest extends HttpError {
  override name = 'InvalidRequest';
  readonly problems: readonly RequestProblem[];
  constructor(problems: readonly RequestProblem[]) {
    super(422, problems.map(sentenceOf).join('; '));
    this.problems = problems;
  }
}

/** @throws InvalidRequest with every problem */
export function checkPart<Schema extends z.ZodObject>(
  schema: Schema,
  value: unknown,
  part: RequestProblem['in'],
): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const allowed = Object.keys(schema.shape);
  throw new InvalidRequest(parsed.error.issues.flatMap((issue) => problemsOf(issue, part, allowed)));
}

/**
 * Reads a JSON body; an absent one is an empty object.
 *
 * @throws HttpError for another media type, and for text that is not JSON
 */
export async function readBody(request: Request): Promise<unknown> {
  const text = await request.text();
  const type = request.headers.get('content-type');
  if (type !== null && !/^application\/json\s*(;|$)/i.test(type))
    throw new HttpError(415, `the body is ${type}, and application/json is taken`);
  if (text === '') return {};
  if (type === null) throw new HttpError(415, 'send Content-Type: application/json with a body');
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new HttpError(400, `the body is not JSON: ${error.message}`);
  }
}

function problemsOf(
  issue: z.core.$ZodIssue,
  part: RequestProblem['in'],
  allowed: readonly string[],
): readonly RequestProblem[] {
  const path = issue.path.map(String);
  if (issue.code !== 'unrecognized_keys') return [{ in: part, key: path.join('.'), message: issue.message }];
  return issue.keys.map((key) => ({
    in: part,
    key: [...path, key].join('.'),
    message: `unknown${path.length > 0 ? '' : allowedText(key, allowed)}`,
  }));
}

function allowedText(key: string, allowed: readonly string[]): string {
  const nearest = didYouMean(key, allowed);
  const all = allowed.length === 0 ? 'none is allowed' : `allowed: ${allowed.join(', ')}`;
  return nearest === '' ? `; ${all}` : `${nearest} Allowed: ${allowed.join(', ')}`;
}

function sentenceOf({ in: part, key, message }: RequestProblem): string {
  return `${part}${key === '' ? '' : ` ${key}`}: ${message}`;
}
