import type { Geometry } from './BikeDrawing';

/** What the shop sells. Names are names in every language; the words about them are in `strings.ts`. */
export interface Bike {
  readonly id: 'heath' | 'fell' | 'tarn' | 'drover';
  readonly name: string;
  readonly price: string;
  readonly rangeKm: number;
  readonly weightKg: number;
  readonly geometry: Geometry;
  /** Tailwind class of the ground it is shown on. */
  readonly ground: string;
}

export const BIKES: readonly Bike[] = [
  {
    id: 'heath',
    name: 'Heath',
    price: '£1,899',
    rangeKm: 90,
    weightKg: 21,
    ground: 'bg-[#e7efe9]',
    geometry: {
      rear: { x: 56, r: 33 },
      front: { x: 192, r: 33 },
      bracket: { x: 112, y: 98 },
      seat: { x: 92, y: 40 },
      head: { top: { x: 164, y: 38 }, bottom: { x: 170, y: 58 } },
      topTube: 'low',
      bar: 'swept',
      tyre: 4,
      paint: '#26634d',
      fenders: true,
      rack: true,
    },
  },
  {
    id: 'fell',
    name: 'Fell',
    price: '£2,799',
    rangeKm: 110,
    weightKg: 24,
    ground: 'bg-[#f3e8dd]',
    geometry: {
      rear: { x: 54, r: 34 },
      front: { x: 196, r: 34 },
      bracket: { x: 112, y: 96 },
      seat: { x: 96, y: 44 },
      head: { top: { x: 162, y: 44 }, bottom: { x: 168, y: 60 } },
      topTube: 'straight',
      bar: 'flat',
      tyre: 8,
      paint: '#b4532a',
      fenders: false,
      rack: false,
    },
  },
  {
    id: 'tarn',
    name: 'Tarn',
    price: '£1,549',
    rangeKm: 60,
    weightKg: 17,
    ground: 'bg-[#e3ecf2]',
    geometry: {
      rear: { x: 66, r: 23 },
      front: { x: 184, r: 23 },
      bracket: { x: 116, y: 102 },
      seat: { x: 98, y: 36 },
      head: { top: { x: 162, y: 32 }, bottom: { x: 170, y: 78 } },
      topTube: 'folding',
      bar: 'flat',
      tyre: 5,
      paint: '#2f5d7c',
      fenders: true,
      rack: false,
    },
  },
  {
    id: 'drover',
    name: 'Drover',
    price: '£4,299',
    rangeKm: 80,
    weightKg: 36,
    ground: 'bg-[#ece7f0]',
    geometry: {
      rear: { x: 38, r: 29 },
      front: { x: 208, r: 22 },
      bracket: { x: 84, y: 100 },
      seat: { x: 66, y: 42 },
      head: { top: { x: 116, y: 36 }, bottom: { x: 122, y: 60 } },
      topTube: 'low',
      bar: 'swept',
      tyre: 5,
      paint: '#6a4a7d',
      fenders: true,
      rack: false,
      box: { from: 130, to: 196, top: 70 },
    },
  },
];
