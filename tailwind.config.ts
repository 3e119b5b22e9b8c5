import type { Config } from 'tailwindcss';

/** Colours are named by what they mean on the board; their values are the variables in app/globals.css. */
const meaning = (name: string) => `var(--${name})`;

const config: Config = {
  content: ['./app/**/*.tsx', './components/**/*.tsx'],
  theme: {
    extend: {
      colors: {
        surface: meaning('surface'),
        'surface-raised': meaning('surface-raised'),
        'surface-overlay': meaning('surface-overlay'),
        'surface-hover': meaning('surface-hover'),
        'surface-selected': meaning('surface-selected'),
        line: meaning('line'),
        'line-subtle': meaning('line-subtle'),
        ink: meaning('ink'),
        'ink-muted': meaning('ink-muted'),
        'ink-faint': meaning('ink-faint'),
        accent: meaning('accent'),
        'move-up': meaning('move-up'),
        'move-up-flash': meaning('move-up-flash'),
        'move-down': meaning('move-down'),
        'move-down-flash': meaning('move-down-flash'),
        locked: meaning('locked'),
        'settled-won': meaning('settled-won'),
        'settled-lost': meaning('settled-lost'),
        'settled-refunded': meaning('settled-refunded'),
        'settled-other': meaning('settled-other'),
        'fixture-live': meaning('fixture-live'),
        'fixture-delayed': meaning('fixture-delayed'),
        'fixture-off': meaning('fixture-off'),
        'feed-live': meaning('feed-live'),
        'feed-late': meaning('feed-late'),
        'feed-dead': meaning('feed-dead'),
        'feed-connecting': meaning('feed-connecting'),
        simulated: meaning('simulated'),
      },
      fontFamily: {
        sans: ['Inter Variable', 'Inter Fallback', 'system-ui', 'sans-serif'],
      },
      // Four sizes: labels, details, names, prices; how big they are is in app/density.css.
      fontSize: {
        label: ['var(--type-label)', 'var(--type-label-line)'],
        detail: ['var(--type-detail)', 'var(--type-detail-line)'],
        name: ['var(--type-name)', 'var(--type-name-line)'],
        price: ['var(--type-price)', 'var(--type-price-line)'],
      },
      borderRadius: {
        control: '5px',
      },
    },
  },
};

export default config;
