import type { ReactElement } from 'react';

interface Point {
  readonly x: number;
  readonly y: number;
}

interface Wheel {
  readonly x: number;
  readonly r: number;
}

/** A bicycle seen from the right, in a box of 240 by 140 with the ground at 130. */
export interface Geometry {
  readonly rear: Wheel;
  readonly front: Wheel;
  readonly bracket: Point;
  /** Where the seat post leaves the frame. */
  readonly seat: Point;
  readonly head: { readonly top: Point; readonly bottom: Point };
  readonly topTube: 'straight' | 'low' | 'folding';
  readonly bar: 'flat' | 'swept';
  readonly tyre: number;
  readonly paint: string;
  readonly fenders: boolean;
  readonly rack: boolean;
  /** A load box between the head and the front wheel. */
  readonly box?: { readonly from: number; readonly to: number; readonly top: number };
}

const GROUND = 130;
const INK = '#262a29';

interface BikeDrawingProps {
  readonly geometry: Geometry;
  /** What the picture shows; without it the drawing is decoration. */
  readonly title?: string;
  readonly className?: string;
}

export function BikeDrawing({ geometry, title, className = '' }: BikeDrawingProps): ReactElement {
  return (
    <svg
      viewBox="0 0 240 140"
      className={className}
      fill="none"
      strokeLinecap="round"
      strokeLinejoin="round"
      {...(title === undefined ? { 'aria-hidden': true } : { role: 'img', 'aria-label': title })}
    >
      <ellipse cx="122" cy={GROUND + 2} rx="108" ry="5" fill={INK} opacity="0.1" />
      <WheelDrawing wheel={geometry.rear} {...geometry} />
      <WheelDrawing wheel={geometry.front} {...geometry} />
      {geometry.rack && <Rack {...geometry} />}
      <Frame {...geometry} />
      {geometry.box !== undefined && <Box box={geometry.box} paint={geometry.paint} />}
      <Cockpit {...geometry} />
      <Drive {...geometry} />
    </svg>
  );
}

function WheelDrawing({ wheel, tyre, fenders, paint }: Geometry & { readonly wheel: Wheel }): ReactElement {
  const y = GROUND - wheel.r;
  const rim = wheel.r - tyre;
  const spokes = Array.from({ length: 8 }, (_, index) => (index * Math.PI) / 8);
  return (
    <g>
      <circle cx={wheel.x} cy={y} r={wheel.r - tyre / 2} stroke={INK} strokeWidth={tyre} />
      <circle cx={wheel.x} cy={y} r={rim - 1} stroke="#8b918f" strokeWidth="1.5" />
      {spokes.map((angle) => (
        <line
          key={angle}
          x1={wheel.x - Math.cos(angle) * rim}
          y1={y - Math.sin(angle) * rim}
          x2={wheel.x + Math.cos(angle) * rim}
          y2={y + Math.sin(angle) * rim}
          stroke="#a3a9a7"
          strokeWidth="0.6"
        />
      ))}
      <circle cx={wheel.x} cy={y} r="4" fill={INK} />
      {fenders && <path d={arc(wheel.x, y, wheel.r + 3, 195, 335)} stroke={paint} strokeWidth="2.5" />}
    </g>
  );
}

function Frame({ rear, front, bracket, seat, head, topTube, paint }: Geometry): ReactElement {
  const axle = { x: rear.x, y: GROUND - rear.r };
  const fork = { x: front.x, y: GROUND - front.r };
  const middle = { x: (seat.x + bracket.x) / 2, y: (seat.y + bracket.y) / 2 };
  const tops = {
    straight: `M${at(head.top)} L${seat.x + 3} ${seat.y + 9}`,
    low: `M${at(head.top)} Q${(head.top.x + bracket.x) / 2} ${head.top.y + 34} ${at(middle)}`,
    folding: `M${at(middle)} L${at(axle)}`,
  };
  const forkPath =
    front.x - head.bottom.x > 60
      ? `M${at(head.bottom)} L${head.bottom.x + 4} ${fork.y + 2} L${front.x - 26} ${fork.y + 4} L${at(fork)}`
      : `M${at(head.bottom)} Q${head.bottom.x + 6} ${head.bottom.y + 18} ${at(fork)}`;
  return (
    <g stroke={paint} strokeWidth="5">
      <path d={`M${at(axle)} L${at(bracket)} L${at(seat)}`} />
      <path d={`M${at(axle)} L${seat.x + 3} ${seat.y + 10}`} strokeWidth="3.5" />
      <path d={`M${at(bracket)} L${at(head.bottom)}`} strokeWidth="8" />
      <path d={tops[topTube]} />
      <path d={`M${at(head.top)} L${at(head.bottom)}`} strokeWidth="7" />
      <path d={forkPath} strokeWidth="4" />
    </g>
  );
}

/** Saddle, bars, lamp. */
function Cockpit({ seat, bracket, head, bar }: Geometry): ReactElement {
  const lean = (seat.x - bracket.x) / (bracket.y - seat.y);
  const saddle = { x: seat.x + lean * 14, y: seat.y - 14 };
  const stem = { x: head.top.x - 4, y: head.top.y - 14 };
  const bars = {
    flat: `M${at(stem)} l10 -3`,
    swept: `M${stem.x + 4} ${stem.y - 1} q-4 -6 -20 3`,
  };
  return (
    <g stroke={INK}>
      <path d={`M${at(seat)} L${at(saddle)}`} strokeWidth="3.5" />
      <path d={`M${saddle.x - 13} ${saddle.y - 2} q13 -5 27 1 q-8 5 -14 4 z`} fill={INK} strokeWidth="2" />
      <path d={`M${at(head.top)} L${at(stem)}`} strokeWidth="3.5" />
      <path d={bars[bar]} strokeWidth="4" />
      <circle cx={head.top.x + 7} cy={head.top.y + 4} r="4" fill="#f4d58d" strokeWidth="1.5" />
    </g>
  );
}

/** Battery on the down tube, motor at the bracket, crank and chain. */
function Drive({ rear, bracket, head }: Geometry): ReactElement {
  const along = (share: number): Point => ({
    x: bracket.x + (head.bottom.x - bracket.x) * share,
    y: bracket.y + (head.bottom.y - bracket.y) * share,
  });
  return (
    <g stroke={INK}>
      <path d={`M${at(along(0.3))} L${at(along(0.78))}`} strokeWidth="6" />
      <path d={`M${at(along(0.36))} L${at(along(0.4))}`} stroke="#aed3c1" strokeWidth="2" />
      <path d={`M${rear.x} ${GROUND - rear.r - 3} L${bracket.x} ${bracket.y - 8}`} strokeWidth="1" opacity="0.6" />
      <circle cx={bracket.x} cy={bracket.y} r="9" fill={INK} strokeWidth="1" />
      <circle cx={bracket.x} cy={bracket.y} r="4" fill="#8b918f" stroke="none" />
      <path d={`M${at(bracket)} l10 15 m-6 0 h12`} strokeWidth="3" />
    </g>
  );
}

function Rack({ rear, seat }: Geometry): ReactElement {
  const y = GROUND - rear.r * 2 - 9;
  return (
    <g stroke={INK} strokeWidth="2.5">
      <path d={`M${rear.x - 28} ${y} H${seat.x}`} />
      <path d={`M${rear.x - 12} ${y} L${rear.x} ${GROUND - rear.r}`} strokeWidth="2" />
    </g>
  );
}

function Box({ box, paint }: { readonly box: NonNullable<Geometry['box']>; readonly paint: string }): ReactElement {
  const { from, to, top } = box;
  return (
    <g>
      <path
        d={`M${from} ${top - 8} L${to} ${top} L${to - 8} 112 H${from + 4} Z`}
        fill="#d9b88c"
        stroke={INK}
        strokeWidth="2"
      />
      <path d={`M${from + 1} ${top + 6} L${to - 2} ${top + 13}`} stroke={paint} strokeWidth="3" />
    </g>
  );
}

function at({ x, y }: Point): string {
  return `${x} ${y}`;
}

function arc(x: number, y: number, radius: number, fromDegrees: number, toDegrees: number): string {
  const point = (degrees: number): string => {
    const angle = (degrees * Math.PI) / 180;
    return `${x + Math.cos(angle) * radius} ${y + Math.sin(angle) * radius}`;
  };
  return `M${point(fromDegrees)} A${radius} ${radius} 0 0 1 ${point(toDegrees)}`;
}
