/** Makes an API token. */
import type { Command } from 'commander';
import { databaseNow } from '../../../engine/clock.ts';
import { createToken } from '../../../web/access/token.ts';
import { CLI_ACTOR } from '../../cli/actor.ts';
import { parseSpanMs } from '../../cli/arguments.ts';
import { describe, type Shell } from '../../cli/command.ts';
import { openSession } from '../../cli/session.ts';
import { readSettings } from '../../cli/settings.ts';
import { addOutputOption, notice, type OutputFormat, printResult } from '../../output/output.ts';
import { parseName } from '../user/add.ts';
import { knownUser } from '../user/known_user.ts';
import { readUsers } from '../users_file.ts';

interface Options {
  readonly name?: string;
  readonly expires?: number;
  readonly output: OutputFormat;
}

export function configure(command: Command, shell: Shell): void {
  describe(command, {
    does: 'Makes a token with which a program acts for a person, as `Authorization: Bearer sf_...`, in the role that the person has at that time. It is printed this once and kept as a hash.',
    examples: [
      'stockflow web token create night_shift --name grafana --expires 90d',
      'curl -H "Authorization: Bearer $(cat token)" http://127.0.0.1:8484/api/v1/runs',
    ],
  })
    .argument('<person>', 'as in the users file, or as the log-in proxy names them', parseName)
    .option('--name <text>', 'for what it is, in the list of tokens')
    .option(
      '--expires <span>',
      'how long it is good for, such as 90d; until it is revoked by default',
      parseSpanMs,
    );
  addOutputOption(command).action(async (person: string, options: Options) => {
    const file = shell.env.STOCKFLOW_WEB_USERS_FILE;
    if (file && !shell.env.STOCKFLOW_WEB_PROXY_HEADER)
      knownUser(await readUsers(file), { name: person, file });
    await using session = await openSession(shell, readSettings(shell.env));
    const now = await databaseNow(session.pool);
    const expiresAt = options.expires === undefined ? null : now.add({ milliseconds: options.expires });
    const { name = null } = options;
    const { tokenId, token } = await createToken(session.pool, CLI_ACTOR, { person, name, expiresAt, now });
    printResult(shell, options.output, {
      columns: [{ key: 'token', value: () => token }],
      rows: [{}],
      data: { id: tokenId, token, person, name, expires_at: expiresAt?.toString() ?? null },
      text: () => `${token}\n`,
    });
    notice(
      shell,
      options.output,
      `token ${tokenId} of ${person}: keep it now, it is not shown again; stockflow web token revoke ${tokenId} ends it`,
    );
  });
}
