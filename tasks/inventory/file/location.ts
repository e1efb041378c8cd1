/** Returns the location of the file `name` in the folder `folder`. */
export function within(folder: string, name: string): string {
  return `${folder.replace(/\/+$/, '')}/${name}`;
}
