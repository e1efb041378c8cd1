import { errorCode } from '../../connections/postgres/errors.ts';
import type { Shell } from '../cli/command.ts';
import { CommandError, EXIT } from '../cli/exit_code.ts';
import { openSession, type Session } from '../cli/session.ts';
import { readSettings } from '../cli/settings.ts';

const UNDEFINED_TABLE = '42P01';
const INVALID_SCHEMA = '3F000';
const INSUFFICIENT_PRIVILEGE = '42501';

/**
 * Serves a login that may read the views of the audit and nothing else: the tables behind them are neither read nor migrated.
 * @throws CommandError where the views are not there, or not for this role
 */
export async function openAuditSession(shell: Shell): Promise<Session> {
  const settings = readSettings(shell.env);
  const session = await openSession(shell, settings, {
    migrations: settings.databaseUrl === null ? 'check' : 'leave',
  });
  try {
    await session.pool.query('select from audit.event, audit.event_seal limit 0');
    return session;
  } catch (error) {
    await session[Symbol.asyncDispose]();
    const code = errorCode(error);
    if (code === UNDEFINED_TABLE || code === INVALID_SCHEMA) {
      throw new CommandError(
        EXIT.problem,
        'this database has no views of the audit, or old ones: run stockflow migrate',
        { cause: error },
      );
    }
    if (code === INSUFFICIENT_PRIVILEGE) {
      throw new CommandError(
        EXIT.problem,
        'this role may not read the audit; let an owner grant stockflow_auditor to it',
        { cause: error },
      );
    }
    throw error;
  }
}
