/** What a file holds: its text, unpacked where it is gzipped, or its bytes where it is Parquet. */

/** A file's name, without the ending of its packing, and its text. */
export interface TextFile {
  readonly name: string;
  readonly text: string;
}

export async function textFile(file: File): Promise<TextFile> {
  return { name: plainName(file), text: await textOf(file) };
}

export function plainName({ name }: File): string {
  return name.replace(/\.gz$/, '');
}

export async function contentOf(file: File): Promise<string | Uint8Array> {
  const isParquet = (await file.slice(0, 4).text()) === 'PAR1';
  return isParquet ? new Uint8Array(await file.arrayBuffer()) : await textOf(file);
}

export async function textOf(file: File): Promise<string> {
  if (!file.name.endsWith('.gz')) return await file.text();
  return await new Response(file.stream().pipeThrough(new DecompressionStream('gzip'))).text();
}
