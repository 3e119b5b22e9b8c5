import { describe, expect, it } from 'vitest';
import { decodeOddRow } from '@/lib/protocol/decode-rows';
import { aWireRow } from '../../support/builders';

function nameOf(fields: { [field: string]: unknown }): string {
  const row = decodeOddRow(aWireRow(fields), 'copilot-odds');
  if ('reason' in row) throw new Error(`the row is rejected: ${row.reason} ${row.detail}`);
  return row.name;
}

const EMPTIES = ['', null, 'None', undefined];

describe('the name of a row', () => {
  it.each(EMPTIES)('is the wire’s where its selection is %j', (selection) => {
    expect(nameOf({ name: 'Over 8.5', selection })).toBe('Over 8.5');
  });

  it('is the wire’s where it has a selection', () => {
    expect(nameOf({ name: 'Mesa Owls -3.5', selection: 'Mesa Owls' })).toBe('Mesa Owls -3.5');
  });

  it.each(EMPTIES)(
    'is its selection where the wire’s is %j, and its market without one',
    (name) => {
      expect(nameOf({ name, selection: 'Mesa Owls' })).toBe('Mesa Owls');
      for (const selection of EMPTIES) {
        expect(nameOf({ name, selection, market: 'Total Points' })).toBe('Total Points');
      }
    },
  );

  it('is as long as the wire’s', () => {
    const name = 'A name '.repeat(40);
    for (const selection of [null, 'Mesa Owls']) expect(nameOf({ name, selection })).toBe(name);
  });
});
