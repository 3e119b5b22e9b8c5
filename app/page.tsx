import { redirect } from 'next/navigation';
import { boardHref } from '@/lib/board/query-state';
import { getFeed } from '@/lib/feed';
import { SPORTS } from '@/lib/protocol/sports';

export const dynamic = 'force-dynamic';

/** Sends to the board of the first active sport. */
export default async function Home(): Promise<never> {
  const { sports } = await getFeed().sports();
  redirect(boardHref((sports[0] ?? SPORTS[0])?.id ?? ''));
}
