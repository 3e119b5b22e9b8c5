/** Target prices of alerts, typed and shown in the view's format and compared in decimal. */
import {
  formatPrice,
  fromProfit,
  isAmericanPrice,
  type OddsFormat,
  toDecimal,
} from '@/lib/protocol/price';

/** The decimal price that `text` says in `format`, or null where it says none. */
export function parseTarget(text: string, format: OddsFormat): number | null {
  const plain = text.trim().replaceAll('−', '-').replace(',', '.').replace(/%$/, '').trim();
  if (format === 'american' && /^(ev|even)$/i.test(plain)) return 2;
  if (!/^[+-]?(\d+\.?\d*|\.\d+)$/.test(plain)) return null;
  const value = Number(plain);
  const size = Math.abs(value);
  const within = (decimal: number) => (decimal > 1 && decimal <= 10_000 ? decimal : null);
  switch (format) {
    case 'american':
      return isAmericanPrice(value) ? within(toDecimal(value)) : null;
    case 'decimal':
      return within(value);
    case 'probability':
      return value > 0 && value < 100 ? within(100 / value) : null;
    case 'hong_kong':
      return within(1 + value);
    case 'malay':
      if (size === 0 || size > 1) return null;
      return within(value > 0 ? 1 + value : 1 + 1 / size);
    case 'indonesian':
      if (size < 1) return null;
      return within(value > 0 ? 1 + value : 1 + 1 / size);
  }
}

/** A decimal price in `format`; American in whole numbers, as books quote it. */
export function formatTarget(decimal: number, format: OddsFormat): string {
  const american = fromProfit(decimal - 1);
  return formatPrice(format === 'american' ? Math.round(american) : american, format);
}
