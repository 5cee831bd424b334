/** Text of a file, unpacked where it is gzipped. */

export async function textOf(file: File): Promise<string> {
  if (!file.name.endsWith('.gz')) return await file.text();
  return await new Response(file.stream().pipeThrough(new DecompressionStream('gzip'))).text();
}
