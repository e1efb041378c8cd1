/** The errors of routes, and the status with which each error of the layers below is answered. */
import { BackfillRangeError } from '../core/backfill/plan.ts';
import { TriggerError } from '../engine/operator/dag_to_run.ts';
import { IdempotencyKeyReused } from '../engine/operator/idempotency.ts';
import { OperatorError } from '../engine/operator/operator.ts';
import { InvalidDag, NotFound } from '../view/errors.ts';

export type ErrorStatus = 400 | 401 | 403 | 404 | 409 | 413 | 415 | 422 | 429 | 500 | 503;

/** A request that is answered with an error on purpose; the message is for the person who made it. */
export class HttpError extends Error {
  override name = 'HttpError';
  readonly status: ErrorStatus;
  readonly headers: Readonly<Record<string, string>>;
  constructor(status: ErrorStatus, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.status = status;
    this.headers = headers;
  }
}

const TRIGGER_STATUS: Readonly<Record<TriggerError['kind'], ErrorStatus>> = {
  not_found: 404,
  invalid_dag: 409,
  bad_params: 422,
  not_due: 409,
};

const OPERATOR_STATUS: Readonly<Record<OperatorError['kind'], ErrorStatus>> = {
  not_found: 404,
  refused: 409,
  bad_params: 422,
};

export interface Refusal {
  readonly status: ErrorStatus;
  readonly sentence: string;
}

/** Returns how an error that a request may cause is answered; null for one on our side. */
export function refusalOf(error: unknown): Refusal | null {
  if (error instanceof HttpError) return { status: error.status, sentence: error.message };
  if (error instanceof TriggerError) return { status: TRIGGER_STATUS[error.kind], sentence: error.message };
  if (error instanceof OperatorError) return { status: OPERATOR_STATUS[error.kind], sentence: error.message };
  if (error instanceof NotFound) return { status: 404, sentence: error.message };
  if (error instanceof InvalidDag) return { status: 409, sentence: error.message };
  if (error instanceof IdempotencyKeyReused) return { status: 422, sentence: error.message };
  if (error instanceof BackfillRangeError) return { status: 422, sentence: error.message };
  return null;
}
