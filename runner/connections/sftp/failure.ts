import type { SftpConfig } from '../connection_config.ts';
import { ConnectionError, type ConnectionErrorKind } from '../connection_error.ts';

/** The action and its path, for the message of a failure. */
export interface Step {
  /** The action as a verb phrase, e.g. `read`, `list`, `rename into place`. */
  readonly doing: string;
  /** The path below the connection's base directory. */
  readonly path: string;
  /** Set if the action stores something: a refusal can then be caused by a full disk. */
  readonly stores?: true;
}

/** SSH_FX_* of draft-ietf-secsh-filexfer-02 section 7. */
const NO_SUCH_FILE = 2;
const PERMISSION_DENIED = 3;
const FAILURE = 4;
const BAD_MESSAGE = 5;
const OP_UNSUPPORTED = 8;

/** Returns the status of a server's answer, or null if the error is not one. */
export function statusCode(error: unknown): number | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'number' ? error.code : null;
}

/** Returns true if the request failed with an answer of the server, so that the connection still works. */
export function isAnswer(error: unknown): error is ConnectionError {
  return error instanceof ConnectionError && statusCode(error.cause) !== null;
}

/** Returns true for FAILURE, the answer to everything without a status of its own. */
export function saysFailure(error: unknown): boolean {
  return error instanceof ConnectionError && statusCode(error.cause) === FAILURE;
}

/** Returns true if the server does not support the request. Old servers do not know OP_UNSUPPORTED. */
export function saysUnsupported(error: unknown): boolean {
  const status = error instanceof ConnectionError ? statusCode(error.cause) : null;
  return status === OP_UNSUPPORTED || status === BAD_MESSAGE;
}

export function failure(
  config: SftpConfig,
  step: Step,
  {
    kind,
    why,
    cause,
  }: { readonly kind: ConnectionErrorKind; readonly why: string; readonly cause?: unknown },
): ConnectionError {
  const shown = step.path === '' ? 'the base directory' : step.path;
  return new ConnectionError(kind, `${config.id}: cannot ${step.doing} ${shown}: ${why}`, {
    cause,
    server: config,
  });
}

/** Returns the error for a refusal by the server, with what can be done about it. */
export function refusalByServer(config: SftpConfig, step: Step, cause: Error): ConnectionError {
  const said = `the server answered "${cause.message}"`;
  switch (statusCode(cause)) {
    case NO_SUCH_FILE:
      return failure(config, step, { kind: 'not_found', why: `${said} below ${config.display}`, cause });
    case PERMISSION_DENIED:
      return failure(config, step, {
        kind: 'no_permission',
        why: `${said}; give ${config.user} the right to it`,
        cause,
      });
    case OP_UNSUPPORTED:
      return failure(config, step, { kind: 'unsupported', why: `${said}: it does not know how to`, cause });
    default: {
      const likely = step.stores ? '; a full disk, a quota or a name already taken look like this' : '';
      return failure(config, step, { kind: 'refused_by_server', why: `${said}${likely}`, cause });
    }
  }
}
