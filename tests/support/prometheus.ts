/** Reads Prometheus' text format, strictly: what a scraper would not take fails here. */

export type Family = {
  name: string;
  help: string;
  type: string;
  /** Value by series, as written: `name{label="value"}`. */
  samples: Map<string, number>;
};

const NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*';
const LABEL = '[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\\\\n]|\\\\[\\\\"n])*"';
const SAMPLE = new RegExp(
  `^(${NAME})(\\{${LABEL}(?:,${LABEL})*\\})? ([+-]?(?:Inf|\\d[\\d.e+-]*)|NaN)$`,
);

/** All families by name. @throws on a line that is not of the format, or a sample without HELP and TYPE before it */
export function parsePrometheus(text: string): Map<string, Family> {
  const families = new Map<string, Family>();
  let current: Family | null = null;
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const help = /^# HELP (\S+) (\S.*)$/.exec(line);
    if (help) {
      const [, name = '', words = ''] = help;
      if (families.has(name)) throw new Error(`${name} is described twice`);
      current = { name, help: words, type: '', samples: new Map() };
      families.set(name, current);
      continue;
    }
    const type = /^# TYPE (\S+) (counter|gauge|histogram|summary)$/.exec(line);
    if (type) {
      if (!current || current.name !== type[1]) throw new Error(`type without help: ${line}`);
      current.type = type[2] ?? '';
      continue;
    }
    const sample = SAMPLE.exec(line);
    const [, name = '', labels = '', value = ''] = sample ?? [];
    const base = current?.type === 'histogram' ? name.replace(/_(bucket|sum|count)$/, '') : name;
    if (!current || base !== current.name) throw new Error(`no sample of the format: ${line}`);
    const series = `${name}${labels}`;
    if (current.samples.has(series)) throw new Error(`twice: ${series}`);
    current.samples.set(series, Number(value.replace('Inf', 'Infinity')));
  }
  return families;
}

/** The value of one series, such as `board_resets_total{reason="too-old"}`; 0 where it is not told. */
export function sampleOf(families: Map<string, Family>, series: string): number {
  for (const { samples } of families.values()) {
    const value = samples.get(series);
    if (value !== undefined) return value;
  }
  return 0;
}
