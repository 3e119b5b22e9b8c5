import type { Metadata } from 'next';
import { cookies, headers } from 'next/headers';
import { notFound } from 'next/navigation';
import { Board } from '@/components/board/board';
import { knownFixtureName } from '@/components/board/fixture-name';
import { Mark, SignOut } from '@/components/board/header-parts';
import { PastNotice } from '@/components/board/past-notice';
import { DeskSlot } from '@/components/desk/desk-slot';
import { isHttps, isSignedIn } from '@/lib/access/pass';
import { isZone, ZONE_COOKIE } from '@/lib/board/format';
import { BoardProvider } from '@/lib/board/hooks';
import { boardHref, parseBoardQuery, parsePosition, readQuery } from '@/lib/board/query-state';
import { slimFirstScreen } from '@/lib/board/store';
import { momentWords, viewWords } from '@/lib/board/view-words';
import { getFeed } from '@/lib/feed';
import { PICTURE_SIZE } from '@/lib/picture/size';
import { SPORTS } from '@/lib/protocol/sports';

type Props = {
  params: Promise<{ sport: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
};

export async function generateMetadata({ params, searchParams }: Props): Promise<Metadata> {
  const sport = await getFeed().sport((await params).sport);
  if (!sport) return { title: 'Not found' };
  const search = await searchParams;
  const query = readQuery(search);
  const at = parsePosition(search);
  const words = [
    ...(at === null ? [] : [momentWords(Number.parseInt(at, 10))]),
    ...viewWords(query, (id) => knownFixtureName(id, getFeed().fixture(sport.id, id))),
  ];
  // What a chat says of a link: what is filtered, and no price, which would be old by the time it is read.
  const title = [`${sport.name} odds`, ...words].join(' · ');
  const description =
    at === null
      ? `Live ${sport.name.toLowerCase()} odds, the moment they change.`
      : `${sport.name} odds as they stood at one moment.`;
  const origin = await originOf();
  const picture = `/api/picture${boardHref(sport.id, { ...query, at })}`;
  return {
    // Of a tab among many, the first words are all that is seen.
    title: [...words, sport.name].join(' · '),
    description,
    // The picture names its moment, and is made when somebody asks for it.
    metadataBase: origin,
    openGraph: {
      ...{ type: 'website', siteName: 'Odds Board', title, description },
      images: origin === null ? [] : [{ url: picture, ...PICTURE_SIZE, alt: title }],
    },
    twitter: { card: 'summary_large_image' },
  };
}

/** Where the page is asked for, as chat programs must be told: they take no relative address. Null where none is said. */
async function originOf(): Promise<URL | null> {
  const head = await headers();
  const origin = `${isHttps(head) ? 'https' : 'http'}://${head.get('host') ?? ''}`;
  return URL.canParse(origin) ? new URL(origin) : null;
}

/** The board of one sport: the URL's view with its first screen of prices already in the page. */
export default async function SportPage({ params, searchParams }: Props) {
  const { sport: id } = await params;
  const feed = getFeed();
  const known = feed.sport(id);
  // Only a sport that is not built in needs the vendor's word; the rest is waited for at once, so that a
  // vendor who is silent costs a page one wait and not three.
  if (!SPORTS.some((sport) => sport.id === id) && !(await known)) notFound();
  const search = await searchParams;
  const { query, ignored } = parseBoardQuery(search);
  const at = parsePosition(search);
  const [sport, { sports }, initial, { leagues }, jar, head] = await Promise.all([
    known,
    feed.sports(),
    feed.firstScreen(id, query, { at: at ?? undefined }),
    feed.leagues(id),
    cookies(),
    headers(),
  ]);
  if (!sport) notFound();
  const remembered = jar.get(ZONE_COOKIE)?.value ?? '';
  const zone = remembered !== '' && isZone(remembered) ? remembered : 'UTC';
  const isPhone = /\bMobi/.test(head.get('user-agent') ?? '');
  return (
    <BoardProvider
      key={at === null ? id : `${id} ${at}`}
      sport={id}
      initial={slimFirstScreen(initial)}
      mainMarkets={sport.mainMarkets}
      leagues={leagues}
      zone={zone}
    >
      <Board
        sport={id}
        sports={sports.some((other) => other.id === id) ? sports : [...sports, sport]}
        ignored={ignored}
        isPhone={isPhone}
        mark={<Mark />}
        signOut={isSignedIn(head) && <SignOut />}
        notice={initial.past && <PastNotice past={initial.past} {...{ sport: id, query, zone }} />}
        desk={<DeskSlot />}
      />
    </BoardProvider>
  );
}
