/** Describes how the process of an isolated attempt ended. */
export interface ProcessEnd {
  /** The exit code; null if a signal ended it. */
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** The last text that it wrote to stderr. */
  readonly stderrTail: string;
}

/** Signals with which the kernel ends a program after an illegal operation. */
const NATIVE_CRASHES: readonly string[] = ['SIGSEGV', 'SIGBUS', 'SIGILL', 'SIGFPE', 'SIGTRAP'];

/** Returns a sentence about what ended a task's process before the task had ended. */
export function processEndSentence({ exitCode, signal, stderrTail }: ProcessEnd): string {
  if (/heap out of memory|process out of memory/i.test(stderrTail)) {
    return 'its process ran out of memory: hold less at once, or give processes more with NODE_OPTIONS=--max-old-space-size=<MB>';
  }
  if (signal === null) {
    return `its process ended with exit code ${exitCode} before the task did, as process.exit() ends it`;
  }
  if (NATIVE_CRASHES.includes(signal)) return `its process was killed by ${signal}: native code crashed`;
  if (signal === 'SIGABRT') {
    return 'its process was ended by SIGABRT: process.abort() was called, or native code gave up';
  }
  if (signal === 'SIGKILL') {
    return 'its process was killed by SIGKILL: the host ran out of memory, or somebody killed it';
  }
  return `its process was ended by ${signal}`;
}
