/** A real server on this machine whose every answer a test decides. */

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { BatonEvent } from '../src';

export interface Asked {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: unknown;
}

export type Answer = (response: ServerResponse, asked: Asked) => void;

export interface TestServer {
  readonly url: string;
  readonly asked: readonly Asked[];
  close(): Promise<void>;
}

/** Answers the n-th request with the n-th answer, and all further ones with the last. */
export async function serve(...answers: readonly [Answer, ...Answer[]]): Promise<TestServer> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8');
    request.on('data', (piece: string) => (text += piece));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      const one: Asked = { method, url, headers, body: text === '' ? undefined : (JSON.parse(text) as unknown) };
      const answer = answers[Math.min(asked.length, answers.length - 1)];
      asked.push(one);
      answer?.(response, one);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

export function frame(event: BatonEvent, id?: number | string): string {
  return `${id === undefined ? '' : `id: ${id}\n`}data: ${JSON.stringify(event)}\n\n`;
}

/** A stream that says `frames` and stays open. */
export function streaming(...frames: readonly string[]): Answer {
  return (response) => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream; charset=utf-8' });
    response.write(`: welcome\n\n${frames.join('')}`);
  };
}

/** A stream that says `frames` and is cut off in the middle of the next. */
export function cut(...frames: readonly string[]): Answer {
  return (response, asked) => {
    streaming(...frames, 'data: {"type":')(response, asked);
    setTimeout(() => response.destroy(), 20);
  };
}

export function json(status: number, body: unknown, headers: Record<string, string> = {}): Answer {
  return (response) => {
    response.writeHead(status, { 'Content-Type': 'application/json', ...headers });
    response.end(JSON.stringify(body));
  };
}

export function problem(status: number, code: string, headers: Record<string, string> = {}): Answer {
  const type = { 'Content-Type': 'application/problem+json', ...headers };
  return json(status, { type: 'about:blank', title: 'Problem', status, code, detail: `said ${code}` }, type);
}

/** Hangs up without an answer. */
export const hangUp: Answer = (response) => response.destroy();

/** Takes the request and never answers. */
export const silence: Answer = () => undefined;
