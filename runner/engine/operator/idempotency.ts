/** A request that may be sent twice: the second time it makes nothing, and gets what the first one made. */
import type { JsonObject } from '../../core/value/json.ts';
import type { Made } from '../../store/event/idempotency.ts';

export interface Idempotency {
  /** The name that the client gave to its request. */
  readonly key: string;
  /** The checksum of all that was asked for. */
  readonly requestSha256: string;
}

/** A key was sent before with another request. */
export class IdempotencyKeyReused extends Error {
  override name = 'IdempotencyKeyReused';
  readonly key: string;
  constructor(key: string) {
    super(`the idempotency key ${key} was sent before with another request; take a new one`);
    this.key = key;
  }
}

/** Returns the keys of the creation event by which a repeated request is found. */
export function idempotencyFacts(idempotency: Idempotency | null | undefined): JsonObject {
  if (idempotency == null) return {};
  return { idempotency_key: idempotency.key, request_sha256: idempotency.requestSha256 };
}

/** @throws IdempotencyKeyReused */
export function refuseOtherRequest(made: Made, { key, requestSha256 }: Idempotency): void {
  if (made.requestSha256 !== requestSha256) throw new IdempotencyKeyReused(key);
}
