/** The API tokens. */
import type { Command } from 'commander';
import { databaseNow } from '../../../engine/clock.ts';
import { type ListedToken, listTokens } from '../../../store/web/token.ts';
import type { Column } from '../../../view/listing.ts';
import { inZone } from '../../../view/time_text.ts';
import { describe, type Shell } from '../../cli/command.ts';
import { openSession } from '../../cli/session.ts';
import { readSettings } from '../../cli/settings.ts';
import { addOutputOption, notice, type OutputFormat, printListing } from '../../output/output.ts';

function columns(now: Temporal.Instant): readonly Column<ListedToken>[] {
  return [
    { key: 'id', value: ({ tokenId }) => tokenId },
    { key: 'person', value: ({ person }) => person },
    { key: 'name', value: ({ name }) => name },
    { key: 'state', value: (token) => stateOf(token, now) },
    { key: 'created_at', value: ({ createdAt }) => createdAt, text: ({ createdAt }) => timeText(createdAt) },
    {
      key: 'last_used_at',
      value: ({ lastUsedAt }) => lastUsedAt,
      text: ({ lastUsedAt }) => timeText(lastUsedAt),
    },
    { key: 'expires_at', value: ({ expiresAt }) => expiresAt, text: ({ expiresAt }) => timeText(expiresAt) },
    { key: 'revoked_at', value: ({ revokedAt }) => revokedAt, dataOnly: true },
  ];
}

function timeText(instant: Temporal.Instant | null): string {
  return instant === null ? '-' : inZone(instant, 'UTC');
}

function stateOf({ revokedAt, expiresAt }: ListedToken, now: Temporal.Instant): string {
  if (revokedAt !== null) return 'revoked';
  return expiresAt !== null && Temporal.Instant.compare(expiresAt, now) <= 0 ? 'expired' : 'good';
}

export function configure(command: Command, shell: Shell): void {
  describe(command, {
    does: 'Lists the API tokens, newest first, also those that are over.',
    examples: ['stockflow web token list', 'stockflow web token revoke 3'],
  });
  addOutputOption(command).action(async (options: { output: OutputFormat }) => {
    await using session = await openSession(shell, readSettings(shell.env));
    const rows = await listTokens(session.pool);
    printListing(shell, options.output, { columns: columns(await databaseNow(session.pool)), rows });
    if (rows.length === 0)
      notice(shell, options.output, 'there is no token; stockflow web token create <person> makes one');
  });
}
