import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createAddress, queryOf } from '@/lib/board/address';
import { DEFAULT_QUERY } from '@/lib/protocol/filter';

/**
 * A browser's page and its router. It shows what was written later than it was written, tells of what it shows only where
 * that changed, is told before a browser refuses, and lets go of a link under way when something is written meanwhile.
 */
function createKit(search = '') {
  const entries = [{ path: '/basketball', search }];
  let at = 0;
  let isRefusing = false;
  const timers: { callback: () => void; dueAt: number }[] = [];
  let now = 0;
  const here = () => entries[at] as { path: string; search: string };
  const address = createAddress({
    path: () => here().path,
    search: () => here().search,
    write(text, isEntry) {
      const { path } = here();
      link = null;
      if (isRefusing) {
        refused = { path, search: text };
        throw new Error('too often');
      }
      refused = null;
      if (isEntry) {
        at += 1;
        entries.length = at;
      }
      entries[at] = { path, search: text };
    },
    setTimer(callback, delayMs) {
      const timer = { callback, dueAt: now + delayMs };
      timers.push(timer);
      return () => {
        const index = timers.indexOf(timer);
        if (index >= 0) timers.splice(index, 1);
      };
    },
  });
  let router = here();
  let told = here();
  let link: { path: string; search: string } | null = null;
  let refused: { path: string; search: string } | null = null;
  const kit = {
    address,
    entries: () => entries.map((entry) => entry.search),
    timers: () => timers.length,
    here: () => here().search,
    /** What the page shows. */
    view: () => (address.asked()?.path === router.path ? address.asked()?.search : router.search),
    ask: (league: string, isEntry = true, afterMs = 0) =>
      address.ask({ league: [league] }, { isEntry, afterMs }),
    wait(ms: number) {
      now += ms;
      for (const timer of timers.filter(({ dueAt }) => dueAt <= now)) {
        timers.splice(timers.indexOf(timer), 1);
        timer.callback();
      }
    },
    /** The router shows the entry that the browser is at, or was to be at; a link that is under way arrives. */
    route() {
      if (link) {
        at += 1;
        entries.length = at;
        entries[at] = link;
        link = null;
        refused = null;
      }
      router = { ...(refused ?? here()) };
      if (router.path === told.path && router.search === told.search) return;
      told = router;
      address.shown(router.path, router.search);
    },
    back() {
      if (at > 0) at -= 1;
      link = null;
      refused = null;
      address.forget();
    },
    /** A link is pressed, which the router follows when the server has answered. */
    press(path: string, text: string) {
      address.flush();
      address.forget();
      link = { path, search: text };
    },
    refuse(is: boolean) {
      isRefusing = is;
    },
  };
  return kit;
}

describe('the address', () => {
  it('shows what is asked for at once, and writes it in the same moment', () => {
    const kit = createKit('utm=x');
    kit.ask('NBA');
    expect(kit.view()).toBe('league=NBA&utm=x');
    expect(kit.here()).toBe('utm=x');
    kit.wait(0);
    expect(kit.entries()).toEqual(['utm=x', 'league=NBA&utm=x']);
    kit.route();
    expect(kit.address.asked()).toBeNull();
    expect(kit.view()).toBe('league=NBA&utm=x');
  });

  it('makes one entry of what is asked for together', () => {
    const kit = createKit();
    kit.ask('NBA', false);
    kit.address.ask({ history: 'a' }, { isEntry: true, afterMs: 0 });
    kit.wait(0);
    expect(kit.entries()).toEqual(['', 'league=NBA&history=a']);
    kit.address.ask({ history: 'b' }, { isEntry: false, afterMs: 0 });
    kit.wait(0);
    expect(kit.entries()).toEqual(['', 'league=NBA&history=b']);
  });

  it('writes what is typed after a pause, or with the next that cannot wait', () => {
    const kit = createKit();
    for (const q of ['m', 'me', 'mesa']) {
      kit.address.ask({ q }, { isEntry: false, afterMs: 300 });
      kit.wait(200);
    }
    expect([kit.view(), kit.entries()]).toEqual(['q=mesa', ['']]);
    kit.wait(100);
    expect(kit.entries()).toEqual(['q=mesa']);
    kit.address.ask({ q: 'mesas' }, { isEntry: false, afterMs: 300 });
    kit.ask('NBA');
    kit.wait(0);
    expect(kit.entries()).toEqual(['q=mesa', 'league=NBA&q=mesas']);
    expect(kit.timers()).toBe(0);
  });

  it('holds the newest while the router shows older ones', () => {
    const kit = createKit();
    kit.ask('NBA');
    kit.wait(0);
    kit.ask('WNBA');
    kit.route();
    expect(kit.view()).toBe('league=WNBA');
    kit.wait(0);
    kit.route();
    expect([kit.view(), kit.address.asked()]).toEqual(['league=WNBA', null]);
  });

  it('gives way to Back and to links, and writes nothing after them', () => {
    const kit = createKit();
    kit.ask('NBA');
    kit.wait(0);
    kit.address.ask({ q: 'mesa' }, { isEntry: false, afterMs: 300 });
    kit.back();
    kit.route();
    kit.wait(300);
    expect([kit.view(), kit.here()]).toEqual(['', '']);
    kit.address.ask({ q: 'mesa' }, { isEntry: false, afterMs: 300 });
    kit.press('/tennis', 'league=ATP');
    kit.wait(300);
    kit.route();
    expect([kit.view(), kit.here()]).toEqual(['league=ATP', 'league=ATP']);
    // What was typed stays where Back leads to.
    expect(kit.entries()).toEqual(['q=mesa', 'league=ATP']);
    expect(kit.timers()).toBe(0);
  });

  it('holds on to nothing that the router passed over', () => {
    const kit = createKit('league=NBA');
    kit.ask('WNBA');
    kit.wait(0);
    kit.ask('NBA');
    kit.wait(0);
    kit.route();
    kit.press('/basketball', 'league=WNBA');
    kit.route();
    expect([kit.view(), kit.here()]).toEqual(['league=WNBA', 'league=WNBA']);
  });

  it('asks again where the browser refuses', () => {
    const kit = createKit();
    kit.refuse(true);
    kit.ask('NBA');
    kit.wait(0);
    kit.route();
    expect([kit.view(), kit.here()]).toEqual(['league=NBA', '']);
    kit.refuse(false);
    kit.wait(1_000);
    expect(kit.entries()).toEqual(['', 'league=NBA']);
  });

  it('makes no entry of what is as it was', () => {
    const kit = createKit('league=NBA');
    kit.ask('NBA');
    kit.wait(0);
    expect([kit.entries(), kit.address.asked()]).toEqual([['league=NBA'], null]);
  });

  it('shows what the address bar says once all is quiet, whatever happened', () => {
    const step = fc.oneof(
      fc.record({ ask: fc.constantFrom('NBA', 'WNBA', 'ATP'), isEntry: fc.boolean() }),
      fc.constantFrom('wait', 'route', 'back', 'link', 'refuse', 'take'),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const kit = createKit();
        for (const one of steps) {
          if (typeof one === 'object') kit.ask(one.ask, one.isEntry, one.isEntry ? 0 : 300);
          else if (one === 'wait') kit.wait(150);
          else if (one === 'route') kit.route();
          else if (one === 'back') kit.back();
          else if (one === 'link') kit.press('/basketball', 'league=EuroLeague');
          else kit.refuse(one === 'refuse');
        }
        kit.refuse(false);
        kit.wait(1_000);
        kit.route();
        expect(kit.view()).toBe(kit.here());
        expect(kit.timers()).toBe(0);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('the query of a search', () => {
  it('is the same object where nothing of the view differs, however it is written', () => {
    const query = queryOf('league=NBA&tz=Europe/London');
    expect(queryOf('league=NBA&tz=Europe%2FLondon&history=1:-1:a')).toBe(query);
    expect(queryOf('utm=x&tz=Europe%2FLondon&league=NBA')).toBe(query);
    expect(queryOf('league=NBA&tz=Europe/London')).toBe(query);
  });

  it('shares what is the same, and stays itself while another is shown in between', () => {
    const first = queryOf('league=NBA&market=Moneyline');
    const second = queryOf('league=NBA&market=Total');
    expect(second).not.toBe(first);
    expect(second.league).toBe(first.league);
    expect(queryOf('league=NBA&market=Moneyline')).toBe(first);
    expect(queryOf('league=NBA&market=Total')).toBe(second);
    expect(queryOf('league=a%2Cb').league).not.toEqual(queryOf('league=a&league=b').league);
    expect(queryOf('')).toEqual(DEFAULT_QUERY);
  });
});
