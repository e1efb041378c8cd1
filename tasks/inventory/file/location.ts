/** The location of `name` in the folder that `location` names. */
export function within(folder: string, name: string): string {
  return `${folder.replace(/\/+$/, '')}/${name}`;
}
