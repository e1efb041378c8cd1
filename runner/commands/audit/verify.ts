/** Verifies that the history, or an exported folder, is as it was written. */
import { type Command, InvalidArgumentError } from 'commander';
import { checkSeals, type SealCheck, type SealProblem } from '../../store/event/seal_check.ts';
import type { Column } from '../../view/listing.ts';
import { countText, inZone } from '../../view/time_text.ts';
import { describe, type Shell } from '../cli/command.ts';
import { CommandError, EXIT } from '../cli/exit_code.ts';
import { addOutputOption, notice, type OutputFormat, printResult } from '../output/output.ts';
import { formatTable } from '../output/table_text.ts';
import { painter } from '../output/terminal_text.ts';
import { openAuditSession } from './audit_session.ts';

interface Options {
  readonly head?: string;
  readonly output: OutputFormat;
}

export function configure(command: Command, shell: Shell): void {
  describe(command, {
    does:
      'Recomputes the hash chain of all events and names what was edited, deleted or inserted; or checks a folder that ' +
      'audit export wrote. Ends with 1 when anything does not agree.',
    examples: [
      'stockflow audit verify',
      `stockflow audit verify --head ${'6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b'}`,
      'stockflow audit verify audit_2026-06-18',
    ],
  })
    .argument('[folder]', 'what audit export wrote; the history in the database by default')
    .option(
      '--head <hash>',
      'a head that was noted before: the history up to it must be the same',
      parseHash,
    );
  addOutputOption(command).action(async (folder: string | undefined, { head, output }: Options) => {
    if (folder === undefined) return await verifyHistory(shell, head ?? null, output);
    if (head !== undefined) {
      throw new CommandError(EXIT.usage, '--head is of the history in the database; leave the folder out');
    }
    const { verifyFolder } = await import('./verify_folder.ts');
    return await verifyFolder(shell, folder, output);
  });
}

async function verifyHistory(shell: Shell, notedHash: string | null, output: OutputFormat): Promise<void> {
  await using session = await openAuditSession(shell);
  const check = await checkSeals(session.pool, notedHash);
  printResult(shell, output, {
    columns: COLUMNS,
    rows: check.problems,
    data: {
      events: check.sealedEvents + check.unsealedEvents,
      sealed: check.sealedEvents,
      unsealed: check.unsealedEvents,
      seals: check.seals,
      head: check.head?.hash ?? null,
      problem_count: check.problemCount,
      problems: check.problems.map(({ sealId, eventId, what }) => ({
        seal_id: sealId,
        event_id: eventId,
        what,
      })),
    },
    text: () => textOf(check, shell),
  });
  if (check.problemCount > 0) {
    shell.exitCode = EXIT.problem;
    notice(shell, output, 'what happened around it: stockflow audit events --limit 1000');
  } else if (check.head !== null) {
    notice(shell, output, `keep the head elsewhere; later: stockflow audit verify --head ${check.head.hash}`);
  }
}

const COLUMNS: readonly Column<SealProblem>[] = [
  { key: 'seal_id', value: ({ sealId }) => sealId },
  { key: 'event_id', value: ({ eventId }) => eventId },
  { key: 'what', value: ({ what }) => what, state: () => 'failed' },
];

/** The most rows of a table; -o json has all that were kept. */
const PROBLEMS_SHOWN = 30;

function textOf(check: SealCheck, shell: Shell): string {
  const { seals, sealedEvents, unsealedEvents, head, noted, problems, problemCount } = check;
  const lines = [
    `${countText(sealedEvents)} events in ${countText(seals)} seals, ${countText(unsealedEvents)} not sealed yet`,
  ];
  if (head !== null)
    lines.push(`head: seal ${head.sealId} of ${inZone(head.sealedAt, 'UTC', 'second')}, ${head.hash}`);
  if (noted !== null) lines.push(`the noted head is seal ${noted.sealId}`);
  const listed = { columns: COLUMNS, rows: problems.slice(0, PROBLEMS_SHOWN) };
  const verdict =
    problemCount === 0
      ? 'nothing was edited, deleted or inserted'
      : `${countText(problemCount)} ${problemCount === 1 ? 'thing does' : 'things do'} not agree`;
  const table = problemCount === 0 ? '' : `\n${formatTable(listed, painter(shell.stdout, shell.env))}`;
  const more = problemCount > PROBLEMS_SHOWN ? `and ${countText(problemCount - PROBLEMS_SHOWN)} more\n` : '';
  return `${[...lines, verdict].join('\n')}\n${table}${more}`;
}

function parseHash(text: string): string {
  if (/^[0-9a-f]{64}$/.test(text)) return text;
  throw new InvalidArgumentError('Write the 64 hex digits that audit verify printed as the head.');
}
