import type { SftpConfig } from '../connection_config.ts';
import { ConnectionError, type ConnectionErrorKind } from '../connection_error.ts';

/** What was being done to which path when something failed. */
export interface Step {
  /** A verb with its article, e.g. `read`, `list`, `rename into place`. */
  readonly doing: string;
  /** Below the connection's base directory. */
  readonly path: string;
  /** Where it stores something: a no can then come of a lack of space. */
  readonly stores?: true;
}

/** SSH_FX_* of draft-ietf-secsh-filexfer-02 section 7. */
const NO_SUCH_FILE = 2;
const PERMISSION_DENIED = 3;
const FAILURE = 4;
const BAD_MESSAGE = 5;
const OP_UNSUPPORTED = 8;

/** The status a server answered with, or null where the error is no answer of a server. */
export function statusCode(error: unknown): number | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'number' ? error.code : null;
}

/** Whether a request failed by an answer, so that the connection is as good as before. */
export function isAnswer(error: unknown): error is ConnectionError {
  return error instanceof ConnectionError && statusCode(error.cause) !== null;
}

/** The no for everything that has no status of its own. */
export function saysFailure(error: unknown): boolean {
  return error instanceof ConnectionError && statusCode(error.cause) === FAILURE;
}

/** Old servers know no OP_UNSUPPORTED. */
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
  return new ConnectionError(kind, `${config.id}: cannot ${step.doing} ${shown}: ${why}`, { cause });
}

/** The server's own no, with what can be done about it. */
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
