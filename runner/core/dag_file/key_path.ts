/** The path of a value in a document: the keys and 0-based indices that lead to it. */
export type KeyPath = readonly (string | number)[];

/** Returns the path as text, `tasks[2].with.to`; an empty string for the whole document. */
export function formatKeyPath(path: KeyPath): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`;
    const name = /^[^\s.[\]"]+$/.test(step) ? step : JSON.stringify(step);
    return text === '' ? name : `${text}.${name}`;
  }, '');
}
