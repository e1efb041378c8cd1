/** Ends an API token. */
import type { Command } from 'commander';
import { databaseNow } from '../../../engine/clock.ts';
import { endToken } from '../../../web/access/token.ts';
import { CLI_ACTOR } from '../../cli/actor.ts';
import { parseCount } from '../../cli/arguments.ts';
import { describe, type Shell } from '../../cli/command.ts';
import { CommandError, EXIT } from '../../cli/exit_code.ts';
import { openSession } from '../../cli/session.ts';
import { readSettings } from '../../cli/settings.ts';

export function configure(command: Command, shell: Shell): void {
  describe(command, {
    does: 'Revokes an API token: the next request with it is refused.',
    examples: ['stockflow web token list', 'stockflow web token revoke 3'],
  })
    .argument('<id>', 'as stockflow web token list shows it', parseCount)
    .action(async (tokenId: number) => {
      await using session = await openSession(shell, readSettings(shell.env));
      const person = await endToken(session.pool, CLI_ACTOR, {
        tokenId,
        now: await databaseNow(session.pool),
      });
      if (person === null)
        throw new CommandError(
          EXIT.notFound,
          `there is no token ${tokenId} that could be revoked; stockflow web token list shows what there is`,
        );
      shell.stderr.write(`token ${tokenId} of ${person} is revoked\n`);
    });
}
