/** Names of users as names of files and of Kubernetes objects. */

/** Lower case, digits and dashes, a letter first, at most 50 characters. */
export function slug(text: string): string {
  const word = text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+/, '')
    .slice(0, 44)
    .replace(/-+$/, '');
  if (word === '') return 'fleet';
  return /^[a-z]/.test(word) ? word : `fleet-${word}`;
}

/** A text on one line, for comments: a line break in it would end the comment. */
export function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
