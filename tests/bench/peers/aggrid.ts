/** AG Grid Community as its documentation has it for high rates: async transactions, cell flash. */
import {
  AllCommunityModule,
  colorSchemeDark,
  createGrid,
  type GridApi,
  ModuleRegistry,
  themeQuartz,
} from 'ag-grid-community';
import { openStream, type PeerOdd, pointsText, priceText, readSnapshot, toLines } from './feed';

ModuleRegistry.registerModules([AllCommunityModule]);

type Side = Pick<PeerOdd, 'price' | 'isLocked' | 'points'> & { id: string };
type Row = { key: string; label: string; sides: [Side, Side] };

const { odds, at, names } = await readSnapshot();
const held = new Map(odds.map((odd) => [odd.id, odd]));
const placeOf = new Map<string, { row: Row; side: 0 | 1 }>();
const sideOf = (id: string | undefined): Side => {
  const odd = held.get(id ?? '');
  return {
    id: id ?? '',
    price: odd?.price ?? null,
    isLocked: odd?.isLocked ?? false,
    points: odd?.points ?? null,
  };
};
const rows = toLines(odds, names).map(({ key, label, ids }): Row => {
  const row: Row = { key, label, sides: [sideOf(ids[0]), sideOf(ids[1])] };
  for (const [side, id] of ids.slice(0, 2).entries()) {
    placeOf.set(id, { row, side: side as 0 | 1 });
  }
  return row;
});
held.clear();

const priceColumn = (side: 0 | 1) => [
  {
    colId: `points${side}`,
    headerName: 'Points',
    flex: 1,
    valueGetter: ({ data }: { data?: Row }) =>
      data ? pointsText(data.sides[side] as unknown as PeerOdd) : '',
  },
  {
    colId: `price${side}`,
    headerName: 'Price',
    flex: 1,
    enableCellChangeFlash: true,
    cellClass: 'price',
    cellClassRules: {
      locked: ({ data }: { data?: Row }) => data?.sides[side].isLocked ?? false,
    },
    valueGetter: ({ data }: { data?: Row }) =>
      data ? priceText(data.sides[side] as unknown as PeerOdd) : '',
  },
];

const api: GridApi<Row> = createGrid<Row>(document.getElementById('grid') as HTMLElement, {
  theme: themeQuartz.withPart(colorSchemeDark),
  rowHeight: 28,
  rowData: rows,
  getRowId: ({ data }) => data.key,
  columnDefs: [
    { colId: 'label', headerName: 'Line', flex: 4, valueGetter: ({ data }) => data?.label ?? '' },
    ...priceColumn(0),
    ...priceColumn(1),
  ],
});

openStream(at, (odd) => {
  const place = placeOf.get(odd.id);
  if (!place) return;
  const { row, side } = place;
  // Its change detection compares values of the row before and after: the row must be another one.
  const sides: Row['sides'] = [row.sides[0], row.sides[1]];
  sides[side] = { ...row.sides[side], price: odd.price, isLocked: odd.isLocked };
  const next = { ...row, sides };
  for (const { id } of sides) {
    const known = placeOf.get(id);
    if (known) known.row = next;
  }
  api.applyTransactionAsync({ update: [next] });
});
