import { gzipSync } from 'node:zlib';

/** The scripts that a page names by itself, and their bytes, each compressed with gzip -9. */
export async function firstLoad(url: string): Promise<{ scripts: number; bytes: number }> {
  const page = await (await fetch(url)).text();
  const paths = new Set(
    [...page.matchAll(/<script\b[^>]*?\bsrc="([^"]+)"[^>]*>/g)]
      // What only browsers without modules load is no part of it.
      .filter(([tag]) => !/\bnomodule\b/i.test(tag))
      .map(([, path = '']) => path.replaceAll('&amp;', '&')),
  );
  let bytes = 0;
  for (const path of paths) {
    const answer = await fetch(new URL(path, url));
    if (answer.status !== 200) throw new Error(`${path} is answered with ${answer.status}`);
    bytes += gzipSync(Buffer.from(await answer.arrayBuffer()), { level: 9 }).length;
  }
  return { scripts: paths.size, bytes };
}
