/** Errors as RFC 9457 problem details: a sentence for a person, and the facts for a program. */
import type { Context } from 'hono';
import { isDatabaseUnavailable } from '../../connections/postgres/connect.ts';
import { BackfillRangeError } from '../../core/backfill/plan.ts';
import type { Json, JsonObject } from '../../core/value/json.ts';
import type { Remedy } from '../../core/value/remedy.ts';
import { TriggerError } from '../../engine/operator/dag_to_run.ts';
import { OperatorError } from '../../engine/operator/operator.ts';
import { InvalidDag, NotFound } from '../../view/errors.ts';
import type { WebEnv } from '../env.ts';
import { type ErrorStatus, HttpError, refusalOf } from '../http_error.ts';
import { InvalidRequest } from './request.ts';

/** The phrases of RFC 9110: problems of type `about:blank` are titled by them. */
const TITLES: Readonly<Record<ErrorStatus, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  409: 'Conflict',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  422: 'Unprocessable Content',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

export interface ApiProblem {
  readonly status: ErrorStatus;
  /** A sentence: the reason, and what helps. */
  readonly detail: string;
  /** Further members of the answer, keys in snake_case. */
  readonly facts: JsonObject;
}

/** Returns how an error is answered; null for one on our side. */
export function problemOf(error: unknown): ApiProblem | null {
  const refusal = refusalOf(error);
  if (refusal !== null) return { status: refusal.status, detail: refusal.sentence, facts: factsOf(error) };
  if (isDatabaseUnavailable(error))
    return { status: 503, detail: 'the database does not answer; try again in a few seconds', facts: {} };
  return null;
}

export function answerProblem(c: Context<WebEnv>, { status, detail, facts }: ApiProblem): Response {
  const problem = {
    type: 'about:blank',
    title: TITLES[status],
    status,
    detail,
    instance: c.get('requestId') ?? null,
    ...facts,
  };
  return c.body(JSON.stringify(problem), status, { 'content-type': 'application/problem+json' });
}

/** Returns the error's headers, which its answer carries. */
export function headersOf(error: unknown): Readonly<Record<string, string>> {
  return error instanceof HttpError ? error.headers : {};
}

function factsOf(error: unknown): JsonObject {
  if (error instanceof InvalidRequest) return { problems: error.problems.map((problem) => ({ ...problem })) };
  if (error instanceof InvalidDag) return { problems: error.problems.map((problem) => ({ ...problem })) };
  if (error instanceof NotFound) {
    const { noun, name, known, emptyDagId } = error.missing;
    return { missing: { noun, name, known: known ?? null, empty_dag_id: emptyDagId ?? null } };
  }
  const remedy =
    error instanceof TriggerError || error instanceof OperatorError || error instanceof BackfillRangeError
      ? error.remedy
      : null;
  return remedy === null ? {} : { remedy: remedyJson(remedy) };
}

function remedyJson(remedy: Remedy): Json {
  return {
    action: remedy.action,
    ...('dagId' in remedy ? { dag_id: remedy.dagId } : {}),
    ...('date' in remedy ? { date: remedy.date.toString() } : {}),
    ...('file' in remedy ? { file: remedy.file } : {}),
    ...('backfillId' in remedy ? { backfill_id: remedy.backfillId } : {}),
  };
}
