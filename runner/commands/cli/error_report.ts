/** The one place that says how an error ends the process. Imported when there is one: it knows every layer's errors. */
import { ConnectionError } from '../../connections/connection_error.ts';
import { isDatabaseUnavailable, SessionNotKept } from '../../connections/postgres/connect.ts';
import { EmbeddedPostgresError } from '../../connections/postgres/embedded/error.ts';
import { PoolExhausted } from '../../connections/postgres/errors.ts';
import { BackfillRangeError } from '../../core/backfill/plan.ts';
import { errorFacts } from '../../core/value/error_text.ts';
import type { Remedy } from '../../core/value/remedy.ts';
import { TriggerError } from '../../engine/operator/dag_to_run.ts';
import { OperatorError } from '../../engine/operator/operator.ts';
import { MigrationError } from '../../store/schema/migration_file.ts';
import { SchemaMismatch } from '../../store/schema/schema_mismatch.ts';
import { InvalidDag, NotFound } from '../../view/errors.ts';
import { escapeControls } from '../output/terminal_text.ts';
import type { Shell } from './command.ts';
import { CommandError, EXIT, type ExitCode, Interrupted } from './exit_code.ts';

const TRIGGER_EXIT: Readonly<Record<TriggerError['kind'], ExitCode>> = {
  not_found: EXIT.notFound,
  invalid_dag: EXIT.invalidDag,
  bad_params: EXIT.usage,
  not_due: EXIT.problem,
};

const OPERATOR_EXIT: Readonly<Record<OperatorError['kind'], ExitCode>> = {
  not_found: EXIT.notFound,
  refused: EXIT.problem,
  bad_params: EXIT.usage,
};

const MISMATCH_ADVICE: Readonly<Record<SchemaMismatch['kind'], string>> = {
  too_new: 'update Stockflow on this host',
  too_old: 'stockflow migrate brings it up to date',
};

/** Writes the error on stderr, with the stack only under STOCKFLOW_DEBUG. @returns the exit code */
export function reportError(error: unknown, shell: Shell): ExitCode {
  const expected = exitCodeOf(error);
  if (!(error instanceof Interrupted)) {
    const { errorText } = errorFacts(error);
    const advice = adviceOn(error);
    const text = advice === null ? errorText : `${errorText}; ${advice}`;
    shell.stderr.write(`${expected === null ? 'unexpected error' : 'error'}: ${escapeControls(text)}\n`);
  }
  if (shell.env.STOCKFLOW_DEBUG) {
    shell.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  } else if (expected === null) {
    shell.stderr.write('STOCKFLOW_DEBUG=1 shows where it happened\n');
  }
  return expected ?? EXIT.problem;
}

/** Returns the command that helps after the error, with what it does; null where there is none. */
function adviceOn(error: unknown): string | null {
  if (error instanceof NotFound) return notFoundAdvice(error);
  if (error instanceof SchemaMismatch) return MISMATCH_ADVICE[error.kind];
  const hasRemedy =
    error instanceof BackfillRangeError || error instanceof TriggerError || error instanceof OperatorError;
  return hasRemedy && error.remedy !== null ? remedyText(error.remedy) : null;
}

function notFoundAdvice({ missing: { noun, known, emptyDagId } }: NotFound): string | null {
  if (noun !== 'run' && noun !== 'backfill') return null;
  if (emptyDagId !== null) {
    return noun === 'run'
      ? `stockflow trigger ${emptyDagId} starts one`
      : `stockflow backfill create ${emptyDagId} --help shows how one is made`;
  }
  if (known !== null) return null;
  return noun === 'run' ? 'stockflow runs list shows them' : 'stockflow backfill list shows them';
}

/** Returns the command that does what helps, with what it is for. */
function remedyText(remedy: Remedy): string {
  switch (remedy.action) {
    case 'list_dags':
      return 'stockflow dags list shows what there is';
    case 'list_runs':
      return 'stockflow runs list shows what there is';
    case 'list_backfills':
      return 'stockflow backfill list shows what there is';
    case 'validate_dag_file':
      return `stockflow dags validate ${remedy.file} says why`;
    case 'trigger_date':
      return `stockflow trigger ${remedy.dagId} --date ${remedy.date} works one date`;
    case 'trigger_again':
      return `stockflow trigger ${remedy.dagId} --date ${remedy.date} works the date by the present one`;
    case 'end_backfill': {
      const { backfillId } = remedy;
      return `wait for it with stockflow backfill watch ${backfillId}, or end it with stockflow backfill cancel ${backfillId}`;
    }
  }
}

/** Returns null for an unexpected error. */
function exitCodeOf(error: unknown): ExitCode | null {
  if (error instanceof CommandError) return error.exitCode;
  if (error instanceof NotFound) return EXIT.notFound;
  if (error instanceof InvalidDag) return EXIT.invalidDag;
  if (error instanceof BackfillRangeError) return EXIT.usage;
  if (error instanceof TriggerError) return TRIGGER_EXIT[error.kind];
  if (error instanceof OperatorError) return OPERATOR_EXIT[error.kind];
  if (error instanceof SessionNotKept) return EXIT.usage;
  if (error instanceof SchemaMismatch) return EXIT.schemaMismatch;
  if (error instanceof MigrationError) return EXIT.problem;
  if (error instanceof EmbeddedPostgresError || error instanceof PoolExhausted) return EXIT.unreachable;
  if (error instanceof ConnectionError) return error.kind === 'invalid' ? EXIT.usage : EXIT.unreachable;
  return isDatabaseUnavailable(error) ? EXIT.unreachable : null;
}
