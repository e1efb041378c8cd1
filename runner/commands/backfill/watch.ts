/** Follows a backfill to its end. */
import type { Command } from 'commander';
import { findNamedBackfill } from '../../view/backfill/find.ts';
import { describe, type Shell } from '../cli/command.ts';
import { openSession } from '../cli/session.ts';
import { readSettings } from '../cli/settings.ts';
import { addOutputOption } from '../output/output.ts';
import { addFollowOptions, type FollowOptions, followToEnd } from './report/follow.ts';

export function configure(command: Command, shell: Shell): void {
  describe(command, {
    does: 'Follows a backfill to its end, and exits by its result. Ctrl-C detaches: the backfill goes on.',
    examples: [
      'stockflow backfill watch nightly_load',
      'stockflow backfill watch 3 --timeout 2h',
      'stockflow backfill watch 3 --local        go on with one whose worker is gone',
    ],
  }).argument('<backfill>', 'the id of a backfill, or of a DAG for its newest one');
  addOutputOption(addFollowOptions(command)).action(async (name: string, options: FollowOptions) => {
    const settings = readSettings(shell.env);
    await using session = await openSession(shell, settings);
    const { backfillId } = await findNamedBackfill(session.pool, name);
    await followToEnd(shell, session, { settings, backfillId, options });
  });
}
