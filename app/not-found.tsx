import type { Metadata } from 'next';
import { getFeed } from '@/lib/feed';

export const metadata: Metadata = { title: 'Not found' };

/** An address that leads nowhere, with those that lead to a board. */
export default async function NotFound() {
  const { sports } = await getFeed().sports();
  return (
    <main className="mx-auto flex h-dvh max-w-2xl flex-col justify-center gap-5 overflow-y-auto p-6">
      <p className="text-ink-muted text-name">404</p>
      <h1 className="font-semibold text-[22px] leading-7">There is no board at this address</h1>
      <p className="text-ink-muted">Boards there are:</p>
      <nav aria-label="Sports">
        <ul className="flex flex-wrap gap-2">
          {sports.map(({ id, name }) => (
            <li key={id}>
              {/* Plain, since Next sends the code of what this page holds with every board. */}
              <a
                href={`/${encodeURIComponent(id)}`}
                className="inline-flex h-8 items-center rounded-control border border-line px-3 text-ink text-name hover:bg-surface-hover"
              >
                {name}
              </a>
            </li>
          ))}
        </ul>
      </nav>
    </main>
  );
}
