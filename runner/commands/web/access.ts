/** Opens the access to a server of this command: its address, and those who may ask it. */
import { errorFacts } from '../../core/value/error_text.ts';
import { DatabaseClock, databaseNow } from '../../engine/clock.ts';
import { accessGuard } from '../../web/access/guard.ts';
import { type AccessRules, NoAccessRules, openAccessRules } from '../../web/access/rules.ts';
import { readWebSettings, WebSettingsError } from '../../web/access/settings.ts';
import { ListenError } from '../../web/server.ts';
import { CLI_ACTOR } from '../cli/actor.ts';
import type { Shell } from '../cli/command.ts';
import { CommandError, EXIT } from '../cli/exit_code.ts';
import type { Session } from '../cli/session.ts';
import { usersFileProblem } from './users_file.ts';

export interface OpenAccess {
  readonly rules: AccessRules;
  readonly guard: ReturnType<typeof accessGuard>;
}

const CLOCK_EVERY_MS = 60_000;

export async function openAccess(shell: Shell, session: Session, host: string): Promise<OpenAccess> {
  const { pool, log } = session;
  const rules = await openAccessRules(readWebSettings(shell.env), {
    host,
    localPerson: CLI_ACTOR.actor,
    log,
  });
  const clock = await keptClock(shell, session);
  return { rules, guard: accessGuard({ rules, pool, log, now: () => clock.now() }) };
}

/** The options of the command line that name the address of a server. */
export interface ListenFlags {
  readonly host: string;
  readonly port: string;
}

/**
 * Starts a server, and words what a person has to correct.
 * @throws CommandError for a setting that is wrong or missing, and for an address that cannot be listened on
 */
export async function startServer<T>(flags: ListenFlags, start: () => Promise<T>): Promise<T> {
  try {
    return await start();
  } catch (error) {
    throw commandError(error, flags) ?? error;
  }
}

/** A machine that sleeps stops its own clock, and sessions must end all the same. */
async function keptClock({ signal }: Shell, { pool, log }: Session): Promise<DatabaseClock> {
  const clock = await DatabaseClock.read(pool);
  const read = async () => {
    try {
      clock.observe(await databaseNow(pool));
    } catch (error) {
      log.debug('the clock of the database cannot be read', { error: errorFacts(error).errorText });
    }
  };
  const timer = setInterval(read, CLOCK_EVERY_MS).unref();
  signal.addEventListener('abort', () => clearInterval(timer), { once: true });
  return clock;
}

function commandError(error: unknown, flags: ListenFlags): CommandError | null {
  if (error instanceof NoAccessRules) {
    return new CommandError(
      EXIT.usage,
      `${error.message}. stockflow web user add <name> --role admin --file <file> makes a users file; ` +
        `with ${flags.host} 127.0.0.1 this machine alone reaches it, and needs neither`,
    );
  }
  if (error instanceof WebSettingsError) return new CommandError(EXIT.usage, error.message);
  if (error instanceof ListenError) return new CommandError(EXIT.problem, listenText(error, flags));
  return usersFileProblem(error);
}

function listenText({ kind, host, port }: ListenError, flags: ListenFlags): string {
  switch (kind) {
    case 'port_taken':
      return `port ${port} of ${host} is taken, perhaps by another stockflow up; ${flags.port} takes another`;
    case 'no_such_address':
      return `this machine has no address ${host}; ${flags.host} takes one of its own, or 0.0.0.0 for all`;
    case 'not_permitted':
      return `this user may not listen on port ${port}; ${flags.port} takes one from 1024 on`;
  }
}
