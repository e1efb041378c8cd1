/** `Apply the file on top`, of `apply the file on top`. */
export function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
