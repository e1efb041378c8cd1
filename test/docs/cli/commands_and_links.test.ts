import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { Command } from 'commander';
import { type CatalogEntry, entryOf, findItem } from '../../../runner/commands/cli/catalog_entry.ts';
import { pages, ROOT } from '../pages.ts';
import { ALL_COMMANDS, NO_SHELL } from './page.ts';

interface Line {
  readonly where: string;
  /** The words after `npx stockflow`. */
  readonly words: readonly string[];
}

/** Every `npx stockflow ...` of the documentation, in a block or in a text. */
function documentedLines(): readonly Line[] {
  return pages.flatMap(({ file, text }) =>
    text.split('\n').flatMap((line, index) =>
      [...line.matchAll(/npx stockflow([^`]*)/g)].map(([, rest = '']) => ({
        where: `${file}:${index + 1}: npx stockflow${rest}`,
        words: wordsOf(rest),
      })),
    ),
  );
}

/** Splits a line into words as a shell does, up to a pipe, a redirection or a comment. */
function wordsOf(text: string): readonly string[] {
  const words = [...text.matchAll(/(?:"[^"]*"|[^\s"])+/g)].map(([word]) => word.replaceAll('"', ''));
  const end = words.findIndex((word) => /^([|<>#]|\|\||&&)$/.test(word));
  return end === -1 ? words : words.slice(0, end);
}

function find(words: readonly string[]) {
  const found = findItem(ALL_COMMANDS, words);
  const entry = found && entryOf(found.item, found.rest);
  return found && entry && { entry, rest: found.rest };
}

/** Returns the sentence with which commander refuses the words, or null. */
async function refusalOf(
  entry: Pick<CatalogEntry, 'load'>,
  words: readonly string[],
): Promise<string | null> {
  const command = new Command('stockflow');
  (await entry.load()).configure(command, NO_SHELL);
  let refusal: string | null = null;
  command
    .exitOverride((error) => {
      throw error;
    })
    .configureOutput({
      writeErr: (text) => {
        refusal = text.trim();
      },
      writeOut: () => {},
    })
    .action(() => {});
  await command.parseAsync([...words], { from: 'user' }).catch((error: unknown) => {
    refusal ??= String(error);
  });
  return refusal;
}

test('every command line in the documentation is one that the command line takes', async () => {
  const lines = documentedLines();
  assert.ok(lines.length > 30);
  for (const { where, words } of lines) {
    if (words[0] === 'help' || words[0]?.startsWith('<')) continue;
    const found = find(words);
    assert.ok(found !== null, `${where}: no such command`);
    // A sentence may name a command without its arguments.
    const isMention = found.rest.length === 0 || found.rest.every((word) => /^[.,;:)]*$/.test(word));
    if (!isMention) assert.equal(await refusalOf(found.entry, found.rest), null, where);
  }
});

test('a line that the command line does not take is found', async () => {
  const found = find(['trigger', 'inventory_sync', '--dat', '2026-06-18']);
  assert.match((found && (await refusalOf(found.entry, found.rest))) ?? '', /unknown option '--dat'/);
  assert.equal(find(['tasks', 'cleer']), null);
});

test('every link in the documentation leads somewhere', () => {
  const dead: string[] = [];
  for (const { file, text } of pages) {
    for (const [, target = ''] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(target)) continue;
      const [to = '', anchor] = target.split('#');
      const linked = to === '' ? file : path.join(path.dirname(file), to).replaceAll(path.sep, '/');
      if (!existsSync(path.join(ROOT, linked))) dead.push(`${file}: ${target}`);
      else if (anchor !== undefined && !anchorsOf(linked).includes(anchor)) dead.push(`${file}: ${target}`);
    }
  }
  assert.deepEqual(dead, []);
});

/** Returns the anchors of a page's headings. */
function anchorsOf(file: string): readonly string[] {
  const text = pages.find((page) => page.file === file)?.text ?? '';
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^a-z0-9 _-]/g, '')
      .replaceAll(' ', '-'),
  );
}
