/** Microsoft Teams: an Adaptive Card to the address of a workflow ("when a Teams webhook request is received"). */
import type { AlertMessage } from '../../../core/alert/message/message.ts';
import type { TeamsConfig } from '../http/config.ts';
import { postJson } from '../http/post.ts';
import type { SendOptions, Sent } from '../sending.ts';

export async function sendTeams(
  config: TeamsConfig,
  message: AlertMessage,
  { now, signal }: SendOptions,
): Promise<Sent> {
  const body = JSON.stringify({
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        contentUrl: null,
        content: adaptiveCard(message),
      },
    ],
  });
  const { status, text } = await postJson(config, body, { now, signal });
  return { thread: null, answer: `${status} ${text.slice(0, 200)}`.trim() };
}

const COLOURS: Readonly<Record<AlertMessage['kind'], string>> = {
  failed: 'Attention',
  deadline_missed: 'Attention',
  not_started: 'Attention',
  slow: 'Warning',
  warning: 'Warning',
  recovered: 'Good',
  test: 'Accent',
};

function adaptiveCard({
  kind,
  title,
  sentence,
  items,
  figures,
  unchanged,
  commands,
  link,
}: AlertMessage): object {
  const facts = figures.map(({ name, value, bound }) => ({
    title: name,
    value: plain(bound === null ? value : `${value} (bound: ${bound})`),
  }));
  return {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.4',
    body: [
      { ...textBlock(title), size: 'Medium', weight: 'Bolder', color: COLOURS[kind] },
      textBlock(sentence),
      ...items.map((item) => textBlock(`• ${item}`)),
      ...(facts.length === 0 ? [] : [{ type: 'FactSet', facts }]),
      ...(unchanged === null ? [] : [textBlock(unchanged)]),
      ...commands.map((command) => ({ ...textBlock(command), fontType: 'Monospace' })),
    ],
    actions: link === null ? [] : [{ type: 'Action.OpenUrl', title: 'Open the page', url: link }],
  };
}

function textBlock(text: string): object {
  return { type: 'TextBlock', text: plain(text), wrap: true };
}

/** Escapes what a card reads as Markdown: ids have underscores, and an error may quote a link. */
function plain(text: string): string {
  return text.replaceAll(/([\\*_[\]])/g, '\\$1');
}
