import {
  AppRouterContext,
  type AppRouterInstance,
} from 'next/dist/shared/lib/app-router-context.shared-runtime';
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { Board } from '@/components/board/board';
import { AddressProvider } from '@/lib/board/address';
import { BoardProvider } from '@/lib/board/hooks';
import type { FeedState, WireRecord } from '@/lib/protocol/events';
import { aWireRow, ROW_SECONDS } from '../../support/builders';

const NOW = ROW_SECONDS * 1000;

function aWireFixture(fields: WireRecord = {}): WireRecord {
  return {
    id: 'FX1',
    sport: { id: 'basketball', name: 'Basketball' },
    league: { id: 'nba', name: 'NBA' },
    start_date: '2026-11-22T19:30:00Z',
    status: 'unplayed',
    home_team_display: 'Harbor Kings',
    away_team_display: 'Mesa Owls',
    home_competitors: [{ id: 'T1', name: 'Harbor Kings', abbreviation: 'HRB' }],
    away_competitors: [{ id: 'T2', name: 'Mesa Owls', abbreviation: 'MSA' }],
    ...fields,
  };
}

type Given = {
  odds?: WireRecord[];
  fixtures?: WireRecord[];
  feed?: FeedState;
  search?: string;
  ignored?: string[];
  /** Odds that the server counted beyond the first screen. */
  counted?: number;
};

/** The page as the server sends it, before any script has run. */
function render({
  odds = [{ ...aWireRow(), state: 'open' }],
  fixtures = [aWireFixture()],
  feed = 'live',
  search = '',
  ignored = [],
  counted = odds.length,
}: Given = {}): string {
  return renderToStaticMarkup(
    // Nobody navigates before any script has run.
    <AppRouterContext value={{} as AppRouterInstance}>
      <AddressProvider path="/basketball" search={search}>
        <BoardProvider
          sport="basketball"
          zone="UTC"
          leagues={[]}
          mainMarkets={[{ id: 'moneyline', name: 'Moneyline' }]}
          initial={{
            snapshot: {
              sport: 'basketball',
              at: `${NOW}-1`,
              partial: false,
              fixtures,
              odds,
              next: null,
            },
            feed: {
              feed,
              source: 'simulator',
              partial: false,
              filledAt: null,
              since: NOW,
              message: null,
              connections: [],
              gaps: [],
            },
            totals: { fixtures: fixtures.length, odds: counted },
            past: null,
            now: NOW,
          }}
        >
          <Board
            sport="basketball"
            sports={[{ id: 'basketball', name: 'Basketball' }]}
            ignored={ignored}
            isPhone={false}
            mark={null}
            signOut={null}
            notice={null}
            desk={null}
          />
        </BoardProvider>
      </AddressProvider>
    </AppRouterContext>,
  );
}

/** The opening tag of the only element with this attribute. */
function tagWith(html: string, attribute: string): string {
  const tags = html.match(new RegExp(`<[^>]*\\s${attribute}[^>]*>`, 'g')) ?? [];
  expect(tags).toHaveLength(1);
  return tags[0] ?? '';
}

describe('first paint', () => {
  it('holds the price of an open odd in its cell', () => {
    const html = render();
    const cell = tagWith(html, 'data-odd-id="1:-1:FX1:moneyline:mesa_owls"');
    expect(cell).toContain('role="gridcell"');
    expect(cell).toContain('data-state="open"');
    expect(cell).toContain('data-price="-110"');
    expect(cell).not.toContain('aria-disabled');
    expect(cell).not.toContain('data-move');
    expect(html).toContain('−110');
  });

  it('keeps the last price of a locked odd and disables its cell', () => {
    const html = render({
      odds: [{ ...aWireRow({ points: 3.5 }), state: 'locked', lockedAt: ROW_SECONDS }],
    });
    const cell = tagWith(html, 'data-odd-id');
    expect(cell).toContain('data-state="locked"');
    expect(cell).toContain('data-price="-110"');
    expect(cell).toContain('data-points="3.5"');
    expect(cell).toContain('aria-disabled="true"');
  });

  it('shows a settled odd by its letter beside its last price', () => {
    const html = render({
      odds: [
        {
          ...aWireRow(),
          state: 'settled',
          settlement: 'Half Lost',
          settled_at: '2026-11-22T22:00:00Z',
          settledAt: '2026-11-22T22:00:00Z',
        },
      ],
    });
    const cell = tagWith(html, 'data-odd-id');
    expect(cell).toContain('data-state="settled"');
    expect(cell).toContain('data-settlement="Half Lost"');
    expect(cell).toContain('data-price="-110"');
    expect(html).toContain('>½L<');
  });

  it('has one element per fixture with its names, start and status in full', () => {
    const html = render({ fixtures: [aWireFixture({ status: 'delayed' })] });
    const fixture = tagWith(html, 'data-fixture-id="FX1"');
    expect(fixture).toContain('data-status="delayed"');
    expect(fixture).toMatch(/data-start="2026-11-22T19:30:00/);
    expect(html).toContain('Mesa Owls');
    expect(html).toContain('Harbor Kings');
    expect(html).toContain('Delayed');
  });

  it('shows a fixture that has no odds yet', () => {
    const html = render({ odds: [] });
    tagWith(html, 'data-fixture-id="FX1"');
    expect(html).not.toContain('data-odd-id');
  });

  it.each(['', '?view=lines'])(
    'names a fixture that nobody described by its id, once (%s)',
    (search) => {
      const html = render({
        odds: [{ ...aWireRow({ selection_line: 'over', name: 'Over 104.5' }), state: 'open' }],
        fixtures: [],
        search,
      });
      tagWith(html, 'data-fixture-id="FX1"');
      expect(html.match(/>Fixture FX1</g)).toHaveLength(1);
      expect(html).not.toContain('Team unknown');
    },
  );

  it('counts nothing that it holds only a part of', () => {
    const html = render({ odds: [{ ...aWireRow(), state: 'locked' }], counted: 540 });
    expect(html).toMatch(/>540<\/span> odds/);
    expect(html).toMatch(/Locked<span[^>]*><\/span>/);
  });

  it('marks simulated prices as such, at the indicator and in words', () => {
    const html = render();
    expect(tagWith(html, 'data-feed')).toContain('data-source="simulator"');
    expect(html).toContain('Simulated prices');
  });

  it('claims no live feed before its own stream is there', () => {
    expect(tagWith(render({ feed: 'live' }), 'data-feed')).toContain('data-feed="connecting"');
  });

  it('gives the filters the names that programs look for, and no other control one like them', () => {
    const html = render({ search: '?league=NBA' });
    const names = [...html.matchAll(/<button[^>]*>(.*?)<\/button>/g)].map(([, inner = '']) =>
      inner.replace(/<(\w+) [^>]*aria-hidden="true".*?<\/\1>/g, '').replace(/<[^>]*>/g, ''),
    );
    expect(names.filter((name) => /^(League|Market)/.test(name))).toEqual(['League', 'Market']);
    expect([...html.matchAll(/aria-label="(League|Market)/g)]).toEqual([]);
  });

  it('names what of the address it could not read', () => {
    expect(render({ ignored: ['main=perhaps'] })).toContain('main=perhaps');
  });

  it('shows the same odd in the lines view, under the heading of its fixture', () => {
    const html = render({ search: '?view=lines' });
    expect(tagWith(html, 'data-odd-id')).toContain('data-price="-110"');
    tagWith(html, 'data-fixture-id="FX1"');
  });
});
