/** The sports that the vendor is known to price, with the markets it calls main: used where it cannot be asked. */
export type Market = { id: string; name: string };
export type Sport = { id: string; name: string; mainMarkets: readonly Market[] };

function market(id: string): Market {
  const name = id
    .split('_')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join(' ');
  return { id, name };
}

function sport(id: string, name: string, ...marketIds: string[]): Sport {
  return { id, name, mainMarkets: ['moneyline', ...marketIds].map(market) };
}

function builtIn(): readonly Sport[] {
  return [
    sport('basketball', 'Basketball', 'point_spread', 'total_points'),
    sport('football', 'Football', 'point_spread', 'total_points'),
    sport('baseball', 'Baseball', 'run_line', 'total_runs'),
    sport('hockey', 'Hockey', 'puck_line', 'total_goals'),
    sport('soccer', 'Soccer', 'goal_spread', 'total_goals'),
    sport('tennis', 'Tennis', 'game_spread', 'total_games'),
    sport('mma', 'MMA', 'total_rounds'),
    sport('boxing', 'Boxing', 'total_rounds'),
    sport('golf', 'Golf', 'handicap'),
    sport('cricket', 'Cricket', 'total_runs'),
    sport('rugby', 'Rugby', 'point_spread', 'total_points'),
    sport('aussie_rules', 'Aussie Rules', 'point_spread', 'total_points'),
    sport('lacrosse', 'Lacrosse', 'point_spread', 'total_points'),
    sport('volleyball', 'Volleyball', 'set_handicap', 'total_sets'),
    sport('table_tennis', 'Table Tennis', 'game_spread', 'total_games'),
    sport('darts', 'Darts', 'point_spread', 'total_points'),
    sport('water_polo', 'Water Polo', 'goal_spread', 'total_goals'),
    sport('wrestling', 'Wrestling', 'total_rounds'),
    sport('esports', 'Esports'),
    sport('motorsports', 'Motorsports'),
    sport('athletics', 'Athletics'),
    sport('olympics', 'Olympics'),
    sport('politics', 'Politics'),
  ];
}

// Said to be pure, so that a browser, which is told its sports, does not load them.
export const SPORTS: readonly Sport[] = /* @__PURE__ */ builtIn();

/** Labels are few and asked for with every row and filter, so their forms are remembered: this many. */
const MOST_SLUGS = 10_000;
const slugs = new Map<string, string>();

/** A label or id in the one form in which both compare equal: `Total Points` and `total_points`. */
export function slug(label: string): string {
  let form = slugs.get(label);
  if (form === undefined) {
    form = label.trim().toLowerCase().replace(/\s+/g, '_');
    if (slugs.size >= MOST_SLUGS) slugs.clear();
    slugs.set(label, form);
  }
  return form;
}
