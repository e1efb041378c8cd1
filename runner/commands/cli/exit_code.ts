/** The exit codes of the process; scripts rely on these numbers. */
export const EXIT = {
  ok: 0,
  /** The run failed, or a check found a problem. */
  problem: 1,
  usage: 2,
  invalidDag: 3,
  notFound: 4,
  /** The database or an SFTP server. */
  unreachable: 5,
  confirmationRequired: 6,
  waitTimedOut: 7,
  /** The schema of the database and this version do not fit. */
  schemaMismatch: 8,
  interrupted: 130,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** A command cannot do its work: a sentence for a person, and the exit code. */
export class CommandError extends Error {
  override name = 'CommandError';
  readonly exitCode: ExitCode;
  constructor(exitCode: ExitCode, message: string, options: ErrorOptions = {}) {
    super(message, options);
    this.exitCode = exitCode;
  }
}

/** A signal of a person or of the system ends the process. */
export class Interrupted extends CommandError {
  override name = 'Interrupted';
  readonly signalName: 'SIGINT' | 'SIGTERM';
  constructor(signalName: 'SIGINT' | 'SIGTERM') {
    super(EXIT.interrupted, 'interrupted');
    this.signalName = signalName;
  }
}
