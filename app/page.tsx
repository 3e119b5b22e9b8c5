import { cookies } from 'next/headers';
import { redirect } from 'next/navigation';
import { boardHref } from '@/lib/board/query-state';
import { START_COOKIE, viewHref } from '@/lib/board/views';
import { getFeed } from '@/lib/feed';
import { SPORTS } from '@/lib/protocol/sports';

export const dynamic = 'force-dynamic';

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> };

/**
 * Sends to the view that was chosen as the start page, else to the board of the first active sport; there, too, with
 * whatever else is asked for.
 */
export default async function Home({ searchParams }: Props): Promise<never> {
  const asked = Object.entries(await searchParams).flatMap(([name, values]) =>
    [values ?? ''].flat().map((value) => [name, value]),
  );
  const start = viewHref((await cookies()).get(START_COOKIE)?.value ?? '');
  if (start !== null && asked.length === 0) redirect(start);
  const { sports } = await getFeed().sports();
  const board = boardHref((sports[0] ?? SPORTS[0])?.id ?? '');
  redirect(asked.length === 0 ? board : `${board}?${new URLSearchParams(asked)}`);
}
