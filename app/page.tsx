import { cookies } from 'next/headers';
import { redirect } from 'next/navigation';
import { boardHref } from '@/lib/board/query-state';
import { START_COOKIE, viewHref } from '@/lib/board/views';
import { getFeed } from '@/lib/feed';
import { SPORTS } from '@/lib/protocol/sports';

export const dynamic = 'force-dynamic';

/** Sends to the view that was chosen as the start page, else to the board of the first active sport. */
export default async function Home(): Promise<never> {
  const start = viewHref((await cookies()).get(START_COOKIE)?.value ?? '');
  if (start !== null) redirect(start);
  const { sports } = await getFeed().sports();
  redirect(boardHref((sports[0] ?? SPORTS[0])?.id ?? ''));
}
