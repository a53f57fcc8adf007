import type { Language } from '@baton/client';
import { createTranslator, type Translator } from '@baton/ui';
import { type ReactElement, useEffect, useMemo, useState } from 'react';
import { BikeDrawing } from './BikeDrawing';
import { type Bike, BIKES } from './bikes';
import { Hero } from './Hero';
import { type ShopKey, shopStrings } from './strings';

/** The home page of Aldermoor, a shop that does not exist and sells what nobody can buy. */
export function Shop(): ReactElement {
  const [language, setLanguage] = useState<Language>('en');
  const t = useMemo(() => createTranslator(language, shopStrings), [language]);

  useEffect(() => {
    document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
    document.title = t('page.title');
    window.Baton?.setLanguage(language);
  }, [language, t]);

  return (
    <>
      <Navigation t={t} onLanguage={() => setLanguage(language === 'en' ? 'zh' : 'en')} />
      <main>
        <Hero t={t} onAsk={ask} />
        <Bikes t={t} />
        <Service t={t} />
      </main>
      <footer className="border-t border-stone-200 px-6 py-10 text-center text-sm text-stone-600">
        {t('footer.text')}
      </footer>
    </>
  );
}

function ask(): void {
  window.Baton?.open();
}

interface SectionProps {
  readonly t: Translator<ShopKey>;
}

function Navigation({ t, onLanguage }: SectionProps & { readonly onLanguage: () => void }): ReactElement {
  const link = 'rounded px-2 py-1 hover:text-brand-700';
  return (
    <header className="mx-auto flex max-w-6xl flex-wrap items-center gap-x-6 gap-y-2 px-6 py-5">
      <a href="#top" className="flex items-center gap-2.5 text-xl font-semibold tracking-tight text-brand-900">
        <svg viewBox="0 0 32 32" className="size-8" aria-hidden="true">
          <rect width="32" height="32" rx="8" className="fill-brand-800" />
          <path d="M6 22l7-11 5 7 3-4 5 8z" className="fill-brand-200" />
        </svg>
        Aldermoor
      </a>
      <nav className="ml-auto flex items-center gap-1 text-sm font-medium text-stone-700 sm:gap-3">
        <a href="#bikes" className={`${link} hidden sm:inline`}>
          {t('nav.bikes')}
        </a>
        <a href="#service" className={`${link} hidden sm:inline`}>
          {t('nav.service')}
        </a>
        <button type="button" className={link} onClick={ask}>
          {t('nav.help')}
        </button>
        <button
          type="button"
          data-testid="shop-language"
          onClick={onLanguage}
          className="rounded-full border border-stone-300 px-3 py-1 hover:border-brand-500"
        >
          {t('nav.language')}
        </button>
      </nav>
    </header>
  );
}

function Bikes({ t }: SectionProps): ReactElement {
  return (
    <section id="bikes" className="mx-auto max-w-6xl scroll-mt-6 px-6 py-16">
      <h2 className="text-2xl font-semibold tracking-tight text-brand-900 sm:text-3xl">{t('bikes.title')}</h2>
      <ul className="mt-8 grid gap-6 sm:grid-cols-2 lg:grid-cols-4">
        {BIKES.map((bike) => (
          <li key={bike.id}>
            <BikeTile bike={bike} t={t} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function BikeTile({ bike, t }: SectionProps & { readonly bike: Bike }): ReactElement {
  return (
    <article className="flex h-full flex-col overflow-hidden rounded-2xl border border-stone-200 bg-white">
      <div className={`px-5 pt-8 pb-4 ${bike.ground}`}>
        <BikeDrawing geometry={bike.geometry} title={`${bike.name}: ${t(`${bike.id}.kind`)}`} className="w-full" />
      </div>
      <div className="flex flex-1 flex-col gap-2 p-5">
        <div className="flex items-baseline justify-between gap-2">
          <h3 className="text-lg font-semibold">{bike.name}</h3>
          <p className="font-semibold text-brand-800">{bike.price}</p>
        </div>
        <p className="text-sm font-medium text-stone-700">{t(`${bike.id}.kind`)}</p>
        <p className="text-sm text-stone-600">{t(`${bike.id}.text`)}</p>
        <p className="mt-auto flex flex-wrap gap-x-3 pt-2 text-xs text-stone-600">
          <span>{t('bikes.range', { km: bike.rangeKm })}</span>
          <span>{t('bikes.weight', { kg: bike.weightKg })}</span>
        </p>
        <button
          type="button"
          onClick={ask}
          className="mt-2 rounded-full border border-brand-300 px-4 py-2 text-sm font-medium text-brand-800 transition-colors hover:border-brand-700 hover:bg-brand-50"
        >
          {t('bikes.ask', { name: bike.name })}
        </button>
      </div>
    </article>
  );
}

const PROMISES = ['delivery', 'returns', 'battery'] as const;

function Service({ t }: SectionProps): ReactElement {
  return (
    <section id="service" className="bg-brand-900 text-white">
      <div className="mx-auto max-w-6xl px-6 py-16">
        <h2 className="text-2xl font-semibold tracking-tight sm:text-3xl">{t('service.title')}</h2>
        <ul className="mt-8 grid gap-8 sm:grid-cols-3">
          {PROMISES.map((promise) => (
            <li key={promise} className="border-t border-brand-500 pt-4">
              <h3 className="font-semibold">{t(`service.${promise}.title`)}</h3>
              <p className="mt-1 text-sm text-brand-100">{t(`service.${promise}.text`)}</p>
            </li>
          ))}
        </ul>
      </div>
    </section>
  );
}
