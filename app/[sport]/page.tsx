import type { Metadata } from 'next';
import { cookies, headers } from 'next/headers';
import { notFound } from 'next/navigation';
import { Board } from '@/components/board/board';
import { isZone, ZONE_COOKIE } from '@/lib/board/format';
import { BoardProvider } from '@/lib/board/hooks';
import { parseBoardQuery } from '@/lib/board/query-state';
import { getFeed } from '@/lib/feed';
import { SPORTS } from '@/lib/protocol/sports';

type Props = {
  params: Promise<{ sport: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
};

async function sportOf(id: string) {
  const { sports } = await getFeed().sports();
  return { sports, sport: [...sports, ...SPORTS].find((sport) => sport.id === id) ?? null };
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { sport } = await sportOf((await params).sport);
  return { title: sport?.name ?? 'Not found' };
}

/** The board of one sport: the URL's view with its first screen of prices already in the page. */
export default async function SportPage({ params, searchParams }: Props) {
  const { sport: id } = await params;
  const feed = getFeed();
  const { sports, sport } = await sportOf(id);
  if (!sport) notFound();
  const { query, ignored } = parseBoardQuery(await searchParams);
  const [initial, { leagues }, jar, head] = await Promise.all([
    feed.firstScreen(id, query),
    feed.leagues(id),
    cookies(),
    headers(),
  ]);
  const remembered = jar.get(ZONE_COOKIE)?.value ?? '';
  const zone = remembered !== '' && isZone(remembered) ? remembered : 'UTC';
  const isPhone = /\bMobi/.test(head.get('user-agent') ?? '');
  return (
    <BoardProvider
      key={id}
      sport={id}
      initial={initial}
      mainMarkets={sport.mainMarkets}
      leagues={leagues}
      zone={zone}
    >
      <Board
        sport={id}
        sports={sports.some((other) => other.id === id) ? sports : [...sports, sport]}
        ignored={ignored}
        isPhone={isPhone}
      />
    </BoardProvider>
  );
}
