/** The page most people would write first: a Map in React state, set for each event, every row rendered. */
import { useEffect, useState } from 'react';
import { createRoot } from 'react-dom/client';
import {
  openStream,
  type PeerLine,
  type PeerOdd,
  pointsText,
  priceText,
  readSnapshot,
  toLines,
} from './feed';

const { odds, at, names } = await readSnapshot();
const lines = toLines(odds, names);

function Price({ odd }: { odd: PeerOdd | undefined }) {
  return (
    <div className={odd?.isLocked ? 'price locked' : 'price'} data-odd-id={odd?.id}>
      <span>{odd && pointsText(odd)}</span>
      <b>{odd && priceText(odd)}</b>
    </div>
  );
}

function Row({ line, index, held }: { line: PeerLine; index: number; held: Map<string, PeerOdd> }) {
  return (
    <div className="row" style={{ transform: `translateY(${index * 28}px)` }}>
      <div>{line.label}</div>
      {line.ids.map((id) => (
        <Price key={id} odd={held.get(id)} />
      ))}
    </div>
  );
}

function Board() {
  const [held, setHeld] = useState(() => new Map(odds.map((odd) => [odd.id, odd])));
  useEffect(
    () => openStream(at, (odd) => setHeld((before) => new Map(before).set(odd.id, odd))),
    [],
  );
  return (
    <>
      {lines.map((line, index) => (
        <Row key={line.key} line={line} index={index} held={held} />
      ))}
    </>
  );
}

createRoot(document.getElementById('grid') as HTMLElement).render(<Board />);
