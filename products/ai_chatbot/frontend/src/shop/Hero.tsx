import type { Translator } from '@baton/ui';
import type { ReactElement } from 'react';
import { BikeDrawing } from './BikeDrawing';
import { BIKES } from './bikes';
import type { ShopKey } from './strings';

interface HeroProps {
  readonly t: Translator<ShopKey>;
  readonly onAsk: () => void;
}

export function Hero({ t, onAsk }: HeroProps): ReactElement {
  const [bike] = BIKES;
  return (
    <section id="top" className="mx-auto max-w-6xl px-6">
      <div className="relative grid overflow-hidden rounded-3xl bg-[#dfe9e4] md:grid-cols-2">
        <Moor />
        <div className="relative flex flex-col items-start gap-5 px-7 pt-12 sm:px-12 md:py-24">
          <h1 className="text-4xl leading-tight font-semibold tracking-tight text-balance text-brand-900 lg:text-5xl">
            {t('hero.title')}
          </h1>
          <p className="max-w-md text-base text-stone-800 sm:text-lg">{t('hero.text')}</p>
          <div className="flex flex-wrap gap-3">
            <a
              href="#bikes"
              className="rounded-full bg-brand-800 px-6 py-3 font-medium text-white transition-colors hover:bg-brand-900"
            >
              {t('hero.bikes')}
            </a>
            <button
              type="button"
              onClick={onAsk}
              className="rounded-full border border-brand-800 bg-white/60 px-6 py-3 font-medium text-brand-900 transition-colors hover:bg-white"
            >
              {t('hero.ask')}
            </button>
          </div>
        </div>
        <div className="relative flex items-end px-6 pt-6 pb-6 md:pr-10">
          {bike !== undefined && <BikeDrawing geometry={bike.geometry} className="w-full" />}
        </div>
      </div>
    </section>
  );
}

/** Hills one behind the other, the nearest carrying the bicycle. */
function Moor(): ReactElement {
  return (
    <svg
      viewBox="0 0 1200 480"
      preserveAspectRatio="xMidYMax slice"
      className="absolute inset-0 size-full"
      aria-hidden="true"
    >
      <circle cx="930" cy="120" r="52" fill="#f6ecd2" />
      <path d="M0 330 C220 250 380 320 560 270 C780 205 900 300 1200 230 V480 H0 Z" fill="#c9dcd2" />
      <path d="M0 400 C260 330 460 400 700 345 C900 300 1040 360 1200 330 V480 H0 Z" fill="#b3cec0" />
      <path d="M0 450 C300 405 600 440 1200 415 V480 H0 Z" fill="#93b8a5" />
    </svg>
  );
}
