/** The plain text of a message, in short lines for a phone: what happened, how far, what helps. */
import type { AlertFigure } from '../facts.ts';
import type { AlertMessage } from './message.ts';

export function messageText(message: AlertMessage): string {
  const { sentence, items, commands, link } = message;
  const blocks = [
    sentence,
    items.map((item) => `- ${item}`).join('\n'),
    factLines(message).join('\n'),
    commands.join('\n'),
    link ?? '',
  ];
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}

/** Returns a line for each figure, and one for what is and is not changed. */
export function factLines({ figures, unchanged }: AlertMessage): readonly string[] {
  return [...figures.map(figureText), ...(unchanged === null ? [] : [unchanged])];
}

/** Returns `duration: 52m (bound: 40m)`. */
function figureText({ name, value, bound }: AlertFigure): string {
  return `${name}: ${value}${bound === null ? '' : ` (bound: ${bound})`}`;
}
