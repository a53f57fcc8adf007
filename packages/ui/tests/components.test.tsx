import type { ReactElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { bubbleLabels, createTranslator, MessageBubble, MessageContent, sharedStrings, SourceText } from '../src';

const labels = bubbleLabels(createTranslator('en', sharedStrings));
const html = (element: ReactElement): string => renderToStaticMarkup(element);
const content = (text: string, streaming = false): string =>
  html(<MessageContent content={text} labels={labels.card} streaming={streaming} />);

describe('MessageContent', () => {
  it('never makes markup of what was said', () => {
    const text = '<img src=x onerror=alert(1)> <script>alert(1)</script> **bold**';
    expect(content(text)).toContain(
      '&lt;img src=x onerror=alert(1)&gt; &lt;script&gt;alert(1)&lt;/script&gt; **bold**',
    );
  });

  it('links http and https only, and without a handle on this page', () => {
    const shown = content('See https://a.example/x?y=1. Not javascript:alert(1).');
    expect(shown.match(/<a /g)).toHaveLength(1);
    expect(shown).toContain('href="https://a.example/x?y=1" target="_blank" rel="noopener noreferrer nofollow"');
  });

  it('shows cards, and no trace of empty fields', () => {
    const shown = content('Yours:\n[PRODUCT]|First service|1|£0.00||||[/PRODUCT]\n');
    expect(shown).toContain('First service');
    expect(shown).not.toContain('<img');
    expect(shown).not.toContain('Carrier');
    expect(shown).not.toContain('[PRODUCT]');
    expect(shown.match(/<p class="wrap-anywhere whitespace-pre-wrap">/g)).toHaveLength(1);
  });

  it('drops unsafe addresses of a card', () => {
    const shown = content('[PRODUCT]javascript:alert(1)|Lamp|1|£1|Sent|DPD|Z1|javascript:alert(2)[/PRODUCT]');
    expect(shown).not.toContain('javascript');
    expect(shown).toContain('Z1');
  });

  it('holds an unfinished card back while it is being written', () => {
    expect(content('Here: [PRODUCT]https://a.ex', true)).not.toContain('PRODUCT');
    expect(content('Here: [PRODUCT]https://a.ex', false)).toContain('PRODUCT');
  });
});

describe('MessageBubble', () => {
  // Spec 2, steps 9 and 10: bubbles of a person that were larger than those of a customer.
  it('has one visual weight for whoever speaks', () => {
    const shape = (role: 'user' | 'assistant' | 'agent', mine: boolean): string[] => {
      const shown = html(<MessageBubble role={role} mine={mine} content="One line" labels={labels} />);
      const classes = /class="(max-w[^"]*)"/.exec(shown)?.[1] ?? '';
      return classes
        .split(' ')
        .filter((name) =>
          /^(max-w|rounded|p[xytblr]?-|m[xytblr]?-|text-(xs|sm|base|lg)|leading|border$|shadow|font)/.test(name),
        );
    };
    const agent = shape('agent', false);
    expect(agent.length).toBeGreaterThan(4);
    expect(shape('user', true)).toEqual(agent);
    expect(shape('assistant', false)).toEqual(agent);
  });

  it('carries its role and number for whoever looks for them', () => {
    expect(html(<MessageBubble role="agent" mine={false} content="x" labels={labels} seq={7} />)).toContain(
      'data-testid="message" data-role="agent" data-seq="7"',
    );
  });

  it('says that it was not sent, why, and offers another try', () => {
    const shown = html(
      <MessageBubble
        role="user"
        mine
        content="x"
        labels={labels}
        mark="failed"
        reason="too long"
        onRetry={() => undefined}
      />,
    );
    expect(shown).toContain('Not sent: too long');
    expect(shown).toContain('data-testid="retry"');
  });

  it('numbers what an answer stands on: pages elsewhere as links, the rest as buttons', () => {
    const citations = [
      { id: '1', title: 'Delivery', url: 'https://shop.net/delivery#eu' },
      { id: '2', title: 'Returns', url: 'javascript:alert(1)' },
      { id: '3', title: 'Demo', url: 'https://aldermoor.example/returns' },
      { id: '4', title: 'No page', url: '' },
    ];
    const bubble = (onSource?: () => void): string =>
      html(
        <MessageBubble
          role="assistant"
          mine={false}
          content="x"
          labels={labels}
          citations={citations}
          onSource={onSource}
        />,
      );
    const shown = bubble(() => undefined);
    expect(shown.match(/<a [^>]*>/g)).toEqual([
      expect.stringContaining('href="https://shop.net/delivery#eu" target="_blank" rel="noopener noreferrer nofollow"'),
    ]);
    expect(shown.match(/<button type="button" aria-haspopup="dialog"/g)).toHaveLength(3);
    expect(shown).not.toContain('javascript:');
    expect(shown).toContain('<ul aria-label="Sources"');
    for (const number of [1, 2, 3, 4]) expect(shown).toContain(`>${number}</span>`);
    expect(bubble()).not.toContain('<button');
  });

  it('shows no list of sources where there is none', () => {
    expect(html(<MessageBubble role="assistant" mine={false} content="x" labels={labels} />)).not.toContain('<ul');
  });
});

describe('SourceText', () => {
  it('shows a source as text, with nothing in it but links', () => {
    const entry = {
      id: 'a',
      url: '',
      language: 'en' as const,
      title: 'A',
      body: 'One\n<script>alert(1)</script> <img src=x onerror=alert(1)> https://shop.net/x javascript:alert(1)',
    };
    const shown = html(<SourceText entry={entry} />);
    expect(shown).toContain('&lt;script&gt;alert(1)&lt;/script&gt; &lt;img');
    expect(shown.match(/<a /g)).toHaveLength(1);
    expect(shown).toContain('rel="noopener noreferrer nofollow"');
    expect(shown).toContain('lang="en"');
  });
});
