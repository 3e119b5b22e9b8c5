import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  convertPrice,
  formatPoints,
  formatPrice,
  fromDecimal,
  parseOddsFormat,
  priceMove,
  toDecimal,
  wirePrice,
} from '@/lib/protocol/price';

const american = fc
  .tuple(fc.integer({ min: 100, max: 50_000 }), fc.boolean())
  .map(([size, isPositive]) => (isPositive ? size : -size));

describe('price', () => {
  it.each([
    // american, decimal, probability, hong kong, malay, indonesian
    [150, '+150', '2.50', '40.0%', '1.500', '−0.667', '+1.500'],
    [-200, '−200', '1.50', '66.7%', '0.500', '+0.500', '−2.000'],
    [100, '+100', '2.00', '50.0%', '1.000', '+1.000', '+1.000'],
    [-100, '−100', '2.00', '50.0%', '1.000', '+1.000', '+1.000'],
    [-110, '−110', '1.91', '52.4%', '0.909', '+0.909', '−1.100'],
    [-1200, '−1200', '1.083', '92.3%', '0.083', '+0.083', '−12.000'],
    [2500, '+2500', '26.00', '3.8%', '25.000', '−0.040', '+25.000'],
  ])('shows %i in all six formats', (price, ...texts) => {
    expect(formatPrice(price, 'american')).toBe(texts[0]);
    expect(formatPrice(price, 'decimal')).toBe(texts[1]);
    expect(formatPrice(price, 'probability')).toBe(texts[2]);
    expect(formatPrice(price, 'hong_kong')).toBe(texts[3]);
    expect(formatPrice(price, 'malay')).toBe(texts[4]);
    expect(formatPrice(price, 'indonesian')).toBe(texts[5]);
  });

  it('comes back whole from decimal', () => {
    fc.assert(
      fc.property(american, (price) => {
        const back = fromDecimal(toDecimal(price));
        // Even money has two names.
        expect(back).toBe(price === -100 ? 100 : price);
      }),
      { seed: 20_261_122 },
    );
  });

  it('keeps the order of pay in every format', () => {
    fc.assert(
      fc.property(american, american, (a, b) => {
        const pays = toDecimal(a) - toDecimal(b);
        expect(Math.sign(convertPrice(a, 'hong_kong') - convertPrice(b, 'hong_kong'))).toBe(
          Math.sign(pays),
        );
        const chance = convertPrice(b, 'probability') - convertPrice(a, 'probability');
        if (Math.abs(pays) > 1e-9) expect(Math.sign(chance)).toBe(Math.sign(pays));
      }),
      { seed: 7 },
    );
  });

  it('moves up when it pays more, across the sign as well', () => {
    expect(priceMove(-105, 102)).toBe('up');
    expect(priceMove(102, -105)).toBe('down');
    expect(priceMove(-110, -120)).toBe('down');
    expect(priceMove(120, 125)).toBe('up');
  });

  it('does not move between prices of equal pay or from nothing', () => {
    expect(priceMove(-100, 100)).toBe('none');
    expect(priceMove(100, -100)).toBe('none');
    expect(priceMove(-110, -110)).toBe('none');
    expect(priceMove(null, -110)).toBe('none');
    expect(priceMove(-110, null)).toBe('none');
  });

  it('reads the vendor’s format names in any case', () => {
    expect(parseOddsFormat('AMERICAN')).toBe('american');
    expect(parseOddsFormat('Hong_Kong')).toBe('hong_kong');
    expect(parseOddsFormat('hong kong')).toBe('hong_kong');
    expect(parseOddsFormat('roman')).toBeNull();
  });

  it('goes over the wire untouched in American and to 4 places elsewhere', () => {
    expect(wirePrice(-196, 'american')).toBe(-196);
    expect(wirePrice(-196, 'decimal')).toBe(1.5102);
    expect(wirePrice(-196, 'probability')).toBe(0.6622);
  });

  it('prints points with a sign only where the line has sides', () => {
    expect(formatPoints(104.5, false)).toBe('104.5');
    expect(formatPoints(2.5, true)).toBe('+2.5');
    expect(formatPoints(-2.5, true)).toBe('−2.5');
    expect(formatPoints(0, true)).toBe('0');
  });
});

describe('figures by habit', () => {
  const habit = { fractions: 'glyph', even: 'word', zero: 'word' } as const;

  it.each([
    [104.5, false, '104½'],
    [0.5, true, '+½'],
    [-0.25, true, '−¼'],
    [2.75, false, '2¾'],
    [7, true, '+7'],
    [1.3, false, '1.3'],
  ])(
    'show %d with halves and quarters in one glyph, and nothing else',
    (points, isHandicap, text) => {
      expect(formatPoints(points, isHandicap, habit)).toBe(text);
    },
  );

  it('call a handicap of nothing a pick, and no other zero', () => {
    expect(formatPoints(0, true, habit)).toBe('PK');
    expect(formatPoints(-0, true, habit)).toBe('PK');
    expect(formatPoints(0, false, habit)).toBe('0');
  });

  it('call even money so in American prices alone', () => {
    expect(formatPrice(100, 'american', habit)).toBe('EV');
    expect(formatPrice(-100, 'american', habit)).toBe('EV');
    expect(formatPrice(101, 'american', habit)).toBe('+101');
    expect(formatPrice(100, 'decimal', habit)).toBe('2.00');
    expect(formatPrice(100, 'indonesian', habit)).toBe('+1.000');
  });
});
